"""Teaches a model that reads relations further: `python further.py --data DATA --init MODEL --labels DIR... --out RUN`.

Only the last layers and the reader learn. What the layers below see of each window, and what the model that it keeps to
answers, is computed once, stays in memory (1.4 kB a token) and in RUN (`*.pt`, to be deleted afterwards), so that an hour on two
cores goes far. Names and syntax are kept by answering as that model does, on the same texts, on the corpora of names and on
plain text. It runs on the CPU.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import torch
from transformers import BertForTokenClassification

import losses
from add_relations import DROPOUT, KEEPING, LABELLED
from encode import Batch, batches
from labels import ANY, LABELS
from networks import from_folder, write_folder
from outputs import SYNTAX
from pairs import Pairs, read, windows
from passages import names_in
from reader import FILE as READER
from reader import PairBatch, Reader
from run import Learner, Run, arguments, parsed
from score import logits_of
from streams import ROOMS

T = TypeVar("T")

RATE = 2e-4
# The reader and the last layer learn faster.
FRESH, FASTER = ("reader", "classifier"), 3.0
# Tokens of the corpora of names and of plain text, drawn once; of both in a step, for each one of labelled texts.
OF_NAMES, PLAIN, BESIDE = 600_000, 200_000, 0.45
# As many windows are drawn at once and sorted by length.
POOL = 200


class Seen(NamedTuple):
    """A batch, with what is known of it: rows by tokens by numbers."""

    text: Batch
    # What the layers below those that learn see, and what the teacher answers; both in half precision.
    below: torch.Tensor
    taught: torch.Tensor
    pairs: PairBatch | None = None

    def to(self, device: torch.device) -> Seen:
        """On a device."""
        return Seen(*(part.to(device) if part is not None else None for part in self))


class Window(NamedTuple):
    """A window of labelled text, with what is known of it: tokens by numbers."""

    row: Pairs
    below: torch.Tensor
    taught: torch.Tensor

    @property
    def ids(self) -> list[int]:
        """Its tokens."""
        return self.row.ids


def together(some: list[Window]) -> Seen:
    """A batch of windows."""
    pairs = PairBatch.of([window.row for window in some])
    below, taught = (
        torch.nn.utils.rnn.pad_sequence([getattr(window, part) for window in some], batch_first=True)
        for part in ("below", "taught")
    )
    return Seen(pairs.text, below, taught, pairs)


class Top:
    """The layers of a network that learn, and the teachers whose answers about names and syntax they keep to.

    The first teacher knows both, the second one names only, and is asked for these instead. Without the first they
    keep to their own answers of the beginning.
    """

    def __init__(
        self,
        network: BertForTokenClassification,
        teacher: BertForTokenClassification | None,
        of_names: BertForTokenClassification | None,
        layers: int,
    ) -> None:
        self.network, self.teacher, self.of_names = network, teacher, of_names
        self.first = len(network.bert.encoder.layer) - layers

    def frozen(self) -> list[str]:
        """How the names of the weights below begin."""
        return ["bert.embeddings.", *(f"bert.encoder.layer.{layer}." for layer in range(self.first))]

    def logits(self, text: Batch, below: torch.Tensor) -> torch.Tensor:
        """The outputs, from what the layers below see."""
        hidden = self._through(self.network.bert.encoder.layer[self.first :], text, below.float())
        return self.network.classifier(self.network.dropout(hidden))

    @torch.no_grad()
    def seen(self, text: Batch) -> Seen:
        """What is known of a batch before anything is learned."""
        hidden = self.network.bert.embeddings(text.ids, token_type_ids=text.shown)
        below = self._through(self.network.bert.encoder.layer[: self.first], text, hidden)
        if self.teacher:
            taught = logits_of(self.teacher, text, text.shown, fp32=True)
        else:
            taught = self.logits(text, below)
        taught = taught[..., : len(SYNTAX)]
        if self.of_names:
            taught[..., : len(LABELS)] = logits_of(self.of_names, text, text.shown, fp32=True)[
                ..., : len(LABELS)
            ]
        return Seen(text, below.half(), taught.half())

    def _through(self, layers: Iterable[torch.nn.Module], text: Batch, hidden: torch.Tensor) -> torch.Tensor:
        mask = self.network.bert.get_extended_attention_mask(text.mask, text.ids.shape)
        for layer in layers:
            hidden = layer(hidden, mask)[0]
        return hidden


def main() -> None:
    """The command line."""
    parser = arguments(__doc__, tokens=6e6, batch=2048)
    parser.add_argument("--init", type=Path, required=True, help="model folder to go on from; see unpack.py")
    parser.add_argument(
        "--teacher", type=Path, help="model folder whose names and syntax it keeps to (default: --init)"
    )
    parser.add_argument("--names", type=Path, help="model folder whose names alone it keeps to, instead")
    parser.add_argument("--layers", type=int, default=2, help="how many layers learn (default: %(default)s)")
    parser.add_argument(
        "--labels", type=Path, nargs="+", required=True, help="folders of labels; one named twice counts twice"
    )
    parser.add_argument("--kept", type=Path, nargs="*", default=[], help="files of texts to set the constants on, a name a line")
    parser.add_argument("--without", type=Path, nargs="*", default=[], help="files of texts to leave out, a name a line")
    parser.add_argument("--rate", type=float, default=RATE, help="highest learning rate (default: %(default)s)")
    options = parsed(parser)
    if torch.cuda.is_available():
        sys.exit("what the layers below see is computed on the CPU: run it with CUDA_VISIBLE_DEVICES=")
    network = from_folder(options.init, DROPOUT)
    network.reader = Reader()
    network.reader.read(options.init / READER)
    teacher, of_names = (
        from_folder(folder).requires_grad_(False).eval() if folder else None
        for folder in (options.teacher, options.names)
    )
    top = Top(network, teacher, of_names, options.layers)
    learner = Learner(network, options.rate, FRESH, FASTER, top.frozen())
    run = Run(options, {options.init.name: learner})
    kept_names = names_in(options.kept)
    left_out = names_in(options.without)
    network.eval()
    learnt: list[Window] = []
    kept: list[Window] = []

    def of_folder(folder: Path) -> tuple[list[Window], list[Window]]:
        parts: tuple[list[Window], list[Window]] = ([], [])
        for name, text in read(folder).items():
            if name not in left_out:
                rows = list(windows(run.encoder, text, ROOMS[0]))
                parts[name in kept_names].extend(_known(top, rows, options.batch))
        return parts

    def of_corpora() -> list[Seen]:
        return [
            top.seen(text)
            for stream, tokens in ((run.streams.labelled, OF_NAMES), (run.streams.plain, PLAIN))
            for text in itertools.islice(stream(int(BESIDE * options.batch)), int(tokens / BESIDE / options.batch))
        ]

    # What is known depends on these.
    of_what = (options.init, options.teacher, options.names, options.layers, sorted(kept_names), sorted(left_out))

    def kept_as(source: object) -> Path:
        digest = hashlib.sha256(repr((source, of_what)).encode()).hexdigest()
        return options.out / f"seen-{digest[:12]}.pt"

    for folder in options.labels:
        of_one = _once(kept_as(folder.resolve()), lambda: of_folder(folder))
        learnt += of_one[0]
        kept += of_one[1]
    beside = _once(kept_as("corpora"), of_corpora)
    network.train()
    run.log(windows=len(learnt), kept=len(kept))

    def drawn(some: list, draw: random.Random) -> Iterator:
        while True:
            yield from draw.sample(some, len(some))

    def labelled() -> Iterator[Seen]:
        draw = random.Random(f"{options.seed} {run.tokens}")
        stream = drawn(learnt, draw)
        while True:
            ready = list(batches(list(itertools.islice(stream, POOL)), options.batch))
            yield from map(together, draw.sample(ready, len(ready)))

    def loss(some: list[Seen], _: float) -> Iterator[tuple[str, torch.Tensor]]:
        for seen in some:
            logits = top.logits(seen.text, seen.below)
            one = KEEPING * losses.of_keeping(logits, seen.taught.float(), seen.text.mask)
            if seen.pairs:
                odds = network.reader(logits, seen.pairs)
                right, weight = seen.pairs.right, seen.pairs.weight
                one = one + losses.of_relations(odds, right, weight, len(seen.text.ids))
            elif (seen.text.allowed != ANY).any():
                names = logits[..., : len(LABELS)]
                one = one + LABELLED * losses.of_labels(names, seen.text.allowed, seen.text.mask, seen.text.weight)
            yield options.init.name, one

    run.train([labelled(), drawn(beside, random.Random(options.seed))], loss)
    with torch.no_grad():
        ready = [together(some) for some in batches(kept, options.batch)]
        if ready:
            network.reader.settle([(top.logits(seen.text, seen.below), seen.pairs) for seen in ready])
    write_folder(network.cpu(), options.out / options.init.name)
    network.reader.write(options.out / options.init.name / READER)


def _once(file: Path, make: Callable[[], T]) -> T:
    """What an earlier start of the same run has made, or what is made and kept now."""
    if file.exists():
        return torch.load(file, weights_only=False)
    made, part = make(), file.with_suffix(".part")
    torch.save(made, part)
    part.replace(file)
    return made


def _known(top: Top, rows: list[Pairs], tokens: int) -> Iterator[Window]:
    for some in batches(rows, tokens):
        seen = top.seen(Batch.of([row.window for row in some]))
        for row, below, taught in zip(some, seen.below, seen.taught):
            yield Window(row, below[: len(row.ids)].clone(), taught[: len(row.ids)].clone())


if __name__ == "__main__":
    main()
