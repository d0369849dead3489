"""Reads treebanks (CoNLL-U) as the product sees text: its units are the nodes.

A unit is a run of letters and digits, or another character by itself. Where a word of the treebank has several
("U.S.", "n't"), the first stands for it and the others hang on the first by the relation `part`.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch

from encode import UNIT, Batch, Encoder, Window, padded
from labels import ANY
from outputs import PART, RELATIONS, TAGS, relation_of
from prepare import Sentence

# Where a token has no tag, relation or head.
NONE = -1
# Tokens that the model has positions for, without the special ones.
MOST = 510
# What CoNLL-U calls its columns.
FORM, TAG, HEAD, RELATION, MISC = 1, 3, 6, 7, 9


class Node(NamedTuple):
    """A unit, and what it depends on: the number of another, or its own if it is the root."""

    text: str
    tag: str
    relation: str
    head: int


@dataclass(frozen=True)
class Parsed(Sentence):
    """A sentence whose words are units."""

    nodes: list[Node]


class Word(NamedTuple):
    """A line of a treebank and the place of the word in the sentence's text."""

    columns: list[str]
    start: int
    end: int


def documents(file: Path) -> list[list[Parsed]]:
    """The sentences of each document."""
    read: list[list[Parsed]] = []
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for block in lines.read().split("\n\n"):
            if "# newdoc" in block or not read:
                read.append([])
            text, words = words_of(block)
            # In some documents of GUM the words are withheld and stand as "_".
            if words and not any(
                w.columns[FORM] == "_" and w.columns[TAG] not in ("PUNCT", "SYM") for w in words
            ):
                nodes = nodes_of(text, words)
                read[-1].append(Parsed([n.text for n in nodes], [ANY] * len(nodes), nodes))
    return [document for document in read if document]


def words_of(block: str) -> tuple[str, list[Word]]:
    """The text of a sentence, from its words and the blanks between them, and the words."""
    text = ""
    words: list[Word] = []
    # The last word of an open token of several ("don't"), and where that token ends.
    last, token_end = 0, 0
    for line in block.split("\n"):
        columns = line.split("\t")
        if line.startswith("#") or "." in columns[0] or len(columns) <= MISC:
            continue
        blank = "" if "SpaceAfter=No" in columns[MISC] else " "
        if "-" in columns[0]:
            last = int(columns[0].split("-")[1])
            at, token_end = len(text), len(text) + len(columns[FORM])
            text += columns[FORM] + blank
        elif int(columns[0]) <= last:
            # The words of a token may be longer than it is ("ca", "n't"; "gon", "na"), so all stay within.
            at = min(at, token_end - 1)
            end = token_end if int(columns[0]) == last else min(at + len(columns[FORM]), token_end)
            words.append(Word(columns, at, end))
            at = end
        else:
            words.append(Word(columns, len(text), len(text) + len(columns[FORM])))
            text += columns[FORM] + blank
    return text, words


def nodes_of(text: str, words: list[Word]) -> list[Node]:
    """The units of a sentence with the tree of its words."""
    units = [(match.start(), match.group()) for match in UNIT.finditer(text)]
    word_of = [next(i for i, word in enumerate(words) if word.start <= at < word.end) for at, _ in units]
    first: dict[int, int] = {}
    for unit, word in enumerate(word_of):
        first.setdefault(word, unit)

    def node(unit: int) -> Node:
        word = word_of[unit]
        columns = words[word].columns
        if first[word] != unit:
            return Node(units[unit][1], columns[TAG], PART, first[word])
        tag, relation, head = columns[TAG], columns[RELATION], int(columns[HEAD])
        # A word within a unit ("not" of "cannot") is no node; what depends on it depends on its head.
        while head and head - 1 not in first:
            relation, head = words[head - 1].columns[RELATION], int(words[head - 1].columns[HEAD])
        return Node(units[unit][1], tag, relation, first[head - 1] if head else unit)

    return [node(unit) for unit in range(len(units))]


class Tree(NamedTuple):
    """A window with the syntax of each token, which only the first of a unit has."""

    window: Window
    tags: list[int]
    relations: list[int]
    heads: list[int]
    sentences: list[int]

    @property
    def ids(self) -> list[int]:
        """Its tokens."""
        return self.window.ids

    @staticmethod
    def of(sentences: list[Parsed], window: Window) -> Tree:
        """The syntax of the window that some sentences went into whole."""
        tags, relations, heads, numbers = ([NONE] * len(window.ids) for _ in range(4))
        places = [place for place, first in enumerate(window.first) if first]
        start = 0
        for number, sentence in enumerate(sentences):
            for place, node in zip(places[start:], sentence.nodes):
                tags[place] = TAGS.index(node.tag)
                relations[place] = relation_of(node.relation)
                heads[place] = places[start + node.head]
                numbers[place] = number
            start += len(sentence.nodes)
        return Tree(window, tags, relations, heads, numbers)


def trees(
    encoder: Encoder, document: list[Parsed], room: int, first_room: int | None = None
) -> Iterator[Tree]:
    """A document in windows of whole sentences; one that is longer than `room` is a window by itself."""
    for run in encoder.packed(document, room, first_room):
        length = sum(encoder.length(sentence) for sentence in run)
        if length <= MOST:
            yield Tree.of(run, encoder.window(run, length))


class TreeBatch(NamedTuple):
    """Tensors of rows by tokens."""

    text: Batch
    tags: torch.Tensor
    relations: torch.Tensor
    heads: torch.Tensor
    sentences: torch.Tensor

    @staticmethod
    def of(rows: list[Tree]) -> TreeBatch:
        """Pads the windows to the longest."""
        return TreeBatch(
            Batch.of([row.window for row in rows]),
            padded([row.tags for row in rows], NONE),
            padded([row.relations for row in rows], NONE),
            padded([row.heads for row in rows], NONE),
            padded([row.sentences for row in rows], NONE),
        )

    def to(self, device: torch.device) -> TreeBatch:
        """On a device."""
        return TreeBatch(*(tensors.to(device) for tensors in self))


PUNCTUATION, PARTS = RELATIONS.index("punct"), RELATIONS.index(PART)
