"""Teaches students of names the syntax: `python add_syntax.py --data DATA --init MODEL... --out RUN`.

Parts of speech, relations and arcs are learnt from the treebanks. Names are kept by answering as a model of names
does, the first student itself as it was if no other is given. It makes a model folder in RUN for each student, by the
same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

import losses
from encode import Batch
from labels import LABELS
from networks import WORDS, from_folder, with_outputs, write_folder
from outputs import SYNTAX as OUTPUTS
from run import Learner, Run, arguments, parsed, text_of
from score import logits_of
from treebank import TreeBatch

RATE = 4e-4
# The last layer is new in most of its outputs.
FRESH, FASTER = ("classifier",), 3.0
DROPOUT = 0.1
# The part of the teacher in the loss where there are labels.
TAUGHT = 0.7
# The part of the syntax, beside the names, in the loss on treebanks.
SYNTAX = 0.5
# Tokens of the treebanks in a step, for each one of the corpora and of the plain text.
TREES = 0.5


def main() -> None:
    """The command line."""
    parser = arguments(__doc__, tokens=28e6, batch=8192)
    parser.add_argument("--init", type=Path, nargs="+", required=True, help="model folders to start from")
    parser.add_argument(
        "--teacher", type=Path, help="model folder that knows names (default: the first of --init)"
    )
    parser.add_argument(
        "--rate", type=float, default=RATE, help="highest learning rate (default: %(default)s)"
    )
    parser.add_argument("--freeze-words", action="store_true", help="leave the word embeddings as they are")
    options = parsed(parser)
    teacher = from_folder(options.teacher or options.init[0]).requires_grad_(False).eval()
    frozen = WORDS if options.freeze_words else ()
    learners = {
        folder.name: Learner(
            with_outputs(from_folder(folder, DROPOUT), OUTPUTS), options.rate, FRESH, FASTER, frozen
        )
        for folder in options.init
    }
    run = Run(options, learners)
    teacher.to(run.device)

    def loss(batches: list[Batch | TreeBatch], _: float) -> Iterator[tuple[str, torch.Tensor]]:
        labelled, _, gold = batches
        for batch in batches:
            text = text_of(batch)
            with torch.no_grad():
                taught = losses.softened(logits_of(teacher, text)[..., : len(LABELS)])
            for name, learner in learners.items():
                logits = logits_of(learner.network, text, text.shown)
                names = logits[..., : len(LABELS)]
                one = losses.of_answers(names, taught, text.mask)
                if batch is labelled:
                    right = losses.of_labels(names, text.allowed, text.mask, text.weight)
                    one = TAUGHT * one + (1 - TAUGHT) * right
                if batch is gold:
                    one = (1 - SYNTAX) * one + SYNTAX * losses.of_syntax(logits, gold)
                yield name, one

    run.train(
        [
            run.streams.labelled(options.batch),
            run.streams.plain(options.batch),
            run.streams.treebanks(int(TREES * options.batch)),
        ],
        loss,
    )
    for name, learner in learners.items():
        write_folder(learner.network, options.out / name)


if __name__ == "__main__":
    main()
