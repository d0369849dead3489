"""Teaches a student of names and syntax to read relations: `python add_relations.py --data DATA --init MODEL --labels DIR... --out RUN`.

Three vectors a word are learnt as more outputs of the same last layer, and over them a reader of pairs (`reader.py`),
from labelled texts (`pairs.py`). Names and syntax are kept by answering as the student did before, on the same texts
and on plain ones. It makes a model folder in RUN, with `relations.safetensors`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import torch

import losses
from encode import Batch, batches
from labels import LABELS
from networks import WORDS, from_folder, with_outputs, write_folder
from outputs import NAMES
from pairs import Pairs, read, windows
from passages import names_in
from reader import FILE as READER
from reader import PairBatch, Reader
from run import Learner, Run, arguments, parsed, text_of
from score import logits_of
from streams import ROOMS

RATE = 1.5e-4
# The reader and the last layer are new.
FRESH, FASTER = ("reader", "classifier"), 6.0
DROPOUT = 0.1
# How much keeping names and syntax counts beside reading relations.
KEEPING = 2.0
# How much the labels of the corpora of names count beside that.
LABELLED = 0.3
# Tokens in a step of those corpora and of plain text, for each one of labelled texts.
OF_NAMES, PLAIN = 0.5, 0.25


def main() -> None:
    """The command line."""
    parser = arguments(__doc__, tokens=6e6, batch=1024)
    parser.add_argument("--init", type=Path, required=True, help="model folder to start from")
    parser.add_argument(
        "--teacher", type=Path, help="model folder that knows names and syntax (default: --init)"
    )
    parser.add_argument(
        "--labels", type=Path, nargs="+", required=True, help="folders of labels; one named twice counts twice"
    )
    parser.add_argument("--kept", type=Path, nargs="*", default=[], help="folders of labels to set the constants on")
    parser.add_argument("--without", type=Path, nargs="*", default=[], help="files of texts to leave out, a name a line")
    parser.add_argument("--rate", type=float, default=RATE, help="highest learning rate (default: %(default)s)")
    options = parsed(parser)
    before = from_folder(options.teacher or options.init).requires_grad_(False).eval()
    student = with_outputs(from_folder(options.init, DROPOUT), NAMES)
    student.reader = Reader()
    if (options.init / READER).exists():
        student.reader.read(options.init / READER)
    learner = Learner(student, options.rate, FRESH, FASTER, WORDS)
    run = Run(options, {options.init.name: learner})
    before.to(run.device)
    left_out = names_in(options.without)
    texts = [text for folder in options.labels for name, text in read(folder).items() if name not in left_out]
    run.log(texts=len(texts))

    def drawn(draw: random.Random) -> Iterator[Pairs]:
        while True:
            for text in draw.sample(texts, len(texts)):
                yield from windows(run.encoder, text, draw.choice(ROOMS))

    def loss(batches: list[PairBatch | Batch], _: float) -> Iterator[tuple[str, torch.Tensor]]:
        for batch in batches:
            text = text_of(batch)
            with torch.no_grad():
                known = logits_of(before, text)
            logits = logits_of(learner.network, text)
            one = KEEPING * losses.of_keeping(logits, known, text.mask)
            if isinstance(batch, PairBatch):
                odds = learner.network.reader(logits, batch)
                one = one + losses.of_relations(odds, batch.right, batch.weight, len(text.ids))
            else:
                one = one + LABELLED * losses.of_labels(
                    logits[..., : len(LABELS)], text.allowed, text.mask, text.weight
                )
            yield options.init.name, one

    labelled = run.streams.of(drawn, PairBatch.of, options.batch)
    names = run.streams.labelled(int(OF_NAMES * options.batch))
    plain = run.streams.plain(int(PLAIN * options.batch))
    run.train([labelled, names, plain], loss)
    network = learner.network.cpu()
    kept = [text for folder in options.kept for text in read(folder).values()]
    rows = [window for text in kept for window in windows(run.encoder, text, ROOMS[0])]
    if rows:
        ready = [PairBatch.of(some) for some in batches(rows, options.batch)]
        with torch.no_grad():
            network.reader.settle([(logits_of(network, batch.text), batch) for batch in ready])
    write_folder(network, options.out / options.init.name)
    network.reader.write(options.out / options.init.name / READER)


if __name__ == "__main__":
    main()
