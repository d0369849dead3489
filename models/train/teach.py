"""Trains a teacher, MPNet, on the labelled corpora: `python teach.py --data DATA --out RUN`.

It makes `RUN/teacher.safetensors`.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

import losses
from encode import Batch
from networks import from_mpnet, write_teacher
from run import Learner, Run, arguments, parsed
from score import logits_of

RATE = 6e-5
DROPOUT = 0.1
# What MPNet brings nothing for, and how much faster it learns.
FRESH, FASTER = ("cases", "classifier"), 10.0
# These few numbers are right as they are, and slow to change.
FROZEN = ("encoder.encoder.relative_attention_bias",)


def main() -> None:
    """The command line."""
    options = parsed(arguments(__doc__, tokens=8.5e6, batch=8192))
    learner = Learner(from_mpnet(DROPOUT), RATE, FRESH, FASTER, FROZEN)
    run = Run(options, {"teacher": learner})

    def loss(batches: list[Batch], _: float) -> Iterator[tuple[str, torch.Tensor]]:
        (text,) = batches
        yield (
            "teacher",
            losses.of_labels(logits_of(learner.network, text), text.allowed, text.mask, text.weight),
        )

    run.train([run.streams.labelled(options.batch)], loss)
    write_teacher(learner.network, options.out / "teacher.safetensors")


if __name__ == "__main__":
    main()
