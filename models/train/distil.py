"""Trains students to answer as their teacher: `python distil.py --data DATA --teacher FILE --out RUN`.

Half of what they read has labels, half is plain text. It makes a model folder in RUN for each student, by default
`6-layers` and `3-layers`, which learn side by side, so that the teacher answers once for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

import losses
from encode import Batch
from networks import WORDS, from_folder, from_minilm, read_teacher, with_layers, write_folder
from run import Learner, Run, arguments, parsed

RATE = 6e-4
# A student of some of the layers has more to change. Its words stay as they are.
RATE_OF_FEWER = 8e-4
DROPOUT = 0.05
# The part of the teacher in the loss where there are labels.
TAUGHT = 0.7
# Layers, of twelve, after which what the teacher sees is compared with what the student sees after two thirds.
TEACHERS_MIDDLE = 9


def layers(text: str) -> list[int] | None:
    """Reads `0,2,5` or `all`."""
    return None if text == "all" else [int(layer) for layer in text.split(",")]


def main() -> None:
    """The command line."""
    parser = arguments(__doc__, tokens=130e6, batch=16384)
    parser.add_argument("--teacher", type=Path, required=True, help="teacher.safetensors of teach.py")
    parser.add_argument("--init", type=Path, help="start from this model folder instead of MiniLM")
    parser.add_argument(
        "--layers",
        type=layers,
        nargs="+",
        default=[None, [0, 2, 5]],
        help="one student for each: `all` or layers as in 0,2,5 (default: all 0,2,5)",
    )
    options = parsed(parser)
    teacher = read_teacher(options.teacher).requires_grad_(False).eval()
    learners = {}
    for kept in options.layers:
        student = from_folder(options.init, DROPOUT) if options.init else from_minilm(DROPOUT)
        if kept:
            student = with_layers(student, kept)
        bridge = nn.Linear(student.config.hidden_size, teacher.classifier.in_features)
        learner = Learner(
            student, RATE_OF_FEWER if kept else RATE, frozen=WORDS if kept else (), beside=bridge
        )
        name = f"{student.config.num_hidden_layers}-layers"
        if name in learners:
            parser.error(f"two students would be called {name}: give each another number of layers")
        learners[name] = learner
    run = Run(options, learners)
    teacher.to(run.device)

    def loss(batches: list[Batch], done: float) -> Iterator[tuple[str, torch.Tensor]]:
        labelled, _ = batches
        for text in batches:
            with torch.no_grad(), torch.autocast(run.device.type, dtype=torch.bfloat16):
                answer = teacher(text.ids, text.mask, text.cases, output_hidden_states=True)
            taught, view = losses.softened(answer.logits.float()), answer.hidden_states[TEACHERS_MIDDLE]
            for name, learner in learners.items():
                middle = 2 * learner.network.config.num_hidden_layers // 3
                with torch.autocast(run.device.type, dtype=torch.bfloat16):
                    own = learner.network(
                        text.ids, text.mask, token_type_ids=text.shown, output_hidden_states=True
                    )
                    seen = learner.beside(own.hidden_states[middle])
                logits = own.logits.float()
                one = losses.of_answers(logits, taught, text.mask)
                # Its own view is its own business in the end.
                one = one + (1 - done) * losses.of_sight(seen, view, text.mask)
                if text is labelled:
                    gold = losses.of_labels(logits, text.allowed, text.mask, text.weight)
                    one = TAUGHT * one + (1 - TAUGHT) * gold
                yield name, one / len(batches)

    run.train([run.streams.labelled(options.batch), run.streams.plain(options.batch)], loss)
    for name, learner in learners.items():
        write_folder(learner.network, options.out / name)


if __name__ == "__main__":
    main()
