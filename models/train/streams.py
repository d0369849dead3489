"""Batches without end from the corpora, the plain text and the treebanks, made while the network learns.

With `--workers` other processes make them, each from another random start.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from augment import HIDDEN, LOWER, TITLE, UPPER, Augmenter
from encode import Batch, Encoder, W, Window, batches
from prepare import Document, corpora, plain_text, sentences_of
from treebank import Parsed, Tree, TreeBatch, documents, trees

B = TypeVar("B")

# Each corpus' part of the labelled tokens, and the weight of its losses.
CORPORA = {
    "conll": (0.44, 1.0),
    "redocred": (0.14, 0.8),
    "uner": (0.18, 1.0),
    "gmb": (0.20, 0.3),
    "wnut": (0.04, 0.5),
}
# Windows of a document have room for one of these many tokens. The product's have 126; shorter and longer ones keep
# the model from depending on that.
ROOMS = [126] * 6 + [48, 80, 254]
TREE_ROOMS = [126] * 4 + [48, 80]
# As many batches are drawn at once and sorted by length, so that little of them is padding.
POOL = 16


class Stream(IterableDataset, Generic[W, B]):
    """Batches of about so many tokens from windows that never end."""

    def __init__(
        self,
        windows: Callable[[random.Random], Iterator[W]],
        collate: Callable[[list[W]], B],
        tokens: int,
        seed: str,
    ) -> None:
        self.windows, self.collate, self.tokens, self.seed = windows, collate, tokens, seed

    def __iter__(self) -> Iterator[B]:
        worker = get_worker_info()
        draw = random.Random(f"{self.seed} {worker.id if worker else 0}")
        windows = self.windows(draw)
        while True:
            pool: list[W] = []
            while sum(len(window.ids) for window in pool) < POOL * self.tokens:
                pool.append(next(windows))
            ready = list(batches(pool, self.tokens))
            draw.shuffle(ready)
            yield from map(self.collate, ready)


def recased(window: Window, draw: random.Random) -> Window:
    """As a student sees it: now and then in lower case, in capitals, or with every word capitalised."""
    which = draw.random()
    if which < LOWER:
        return window._replace(shown=[min(case, 1) for case in window.cases])
    if which < LOWER + UPPER:
        return window._replace(shown=window.capitals)
    if which < LOWER + UPPER + TITLE:
        return window._replace(shown=[2 * min(case, 1) for case in window.cases])
    return window


class Streams:
    """Where batches come from."""

    def __init__(self, data: Path, encoder: Encoder, workers: int, seed: str) -> None:
        self.data, self.encoder, self.workers, self.seed = data, encoder, workers, seed

    def labelled(self, tokens: int) -> DataLoader:
        """Of the corpora with labels, by their shares."""
        read = corpora(self.data)
        augmenter = Augmenter(read["conll"] + read["redocred"], self.data)

        def of_corpus(corpus: list[Document], weight: float, draw: random.Random) -> Iterator[Window]:
            for document in _forever(corpus, draw):
                room = draw.choice(ROOMS)
                for run in self.encoder.packed(document, room, draw.randint(room // 4, room)):
                    yield self.encoder.window(augmenter.changed(run, draw), room, weight, HIDDEN, draw)

        def windows(draw: random.Random) -> Iterator[Window]:
            streams = {name: of_corpus(read[name], weight, draw) for name, (_, weight) in CORPORA.items()}
            used = dict.fromkeys(CORPORA, 0.0)
            while True:
                name = min(used, key=lambda name: used[name])
                window = next(streams[name])
                used[name] += len(window.ids) / CORPORA[name][0]
                yield window

        return self._loader(Stream(windows, Batch.of, tokens, self.seed))

    def of(
        self, windows: Callable[[random.Random], Iterator[W]], collate: Callable[[list[W]], B], tokens: int
    ) -> DataLoader:
        """Of windows from elsewhere."""
        return self._loader(Stream(windows, collate, tokens, self.seed))

    def plain(self, tokens: int) -> DataLoader:
        """Of the text without labels."""
        text = plain_text(self.data)

        def windows(draw: random.Random) -> Iterator[Window]:
            for passage in _forever(text, draw):
                for run in self.encoder.packed(sentences_of(passage), ROOMS[0]):
                    yield recased(self.encoder.window(run, ROOMS[0]), draw)

        return self._loader(Stream(windows, Batch.of, tokens, self.seed))

    def treebanks(self, tokens: int) -> DataLoader:
        """Of the treebanks to train on."""
        read = documents(self.data / "syntax" / "train.conllu.xz")

        def windows(draw: random.Random) -> Iterator[Tree]:
            for document in _forever(read, draw):
                room = draw.choice(TREE_ROOMS)
                for tree in trees(self.encoder, document, room, draw.randint(room // 4, room)):
                    yield tree._replace(window=recased(tree.window, draw))

        return self._loader(Stream(windows, TreeBatch.of, tokens, self.seed))

    def _loader(self, stream: Stream) -> DataLoader:
        return DataLoader(stream, batch_size=None, num_workers=self.workers)


def _forever(items: list, draw: random.Random) -> Iterator[Document | str | list[Parsed]]:
    """Each once, in another order every time."""
    order = list(range(len(items)))
    while True:
        draw.shuffle(order)
        for index in order:
            yield items[index]
