"""Articles to the rows of a batch, for the peers that take rows: as Triplewire does it, in Python.

The bundled model's token types are the letter case of each word, which no tokenizer of a peer
computes. The rules here are those of `models/train/encode.py`.
"""

import json
import re
from functools import lru_cache

from tokenizers import Tokenizer

# Runs of letters and digits, and every other character by itself.
UNIT = re.compile(r"[^\W_]+|\S")
# The end of a sentence: a line end, or blanks between a full stop and a capital.
SENTENCE_END = re.compile(r"\n+|(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z])")
CLS, SEP = 101, 102
ROOM = 126


def letter_case(unit):
    """0 no letter, 1 lower, 2 Capitalised or a single capital, 3 ALL CAPS, 4 mixed."""
    if not any(c.isalpha() for c in unit):
        return 0
    upper, lower = sum(c.isupper() for c in unit), sum(c.islower() for c in unit)
    if not upper and lower:
        return 1
    if upper == 1 and unit[0].isupper() and (lower or len(unit) == 1):
        return 2
    return 3 if upper and not lower else 4


class Windows:
    """Cuts texts into windows of whole sentences, and finds mentions in their labels."""

    def __init__(self, model):
        self.tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        config = json.loads((model / "config.json").read_text())
        self.labels = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
        self.pieces = lru_cache(maxsize=1 << 18)(self._pieces)

    def _pieces(self, unit):
        return self.tokenizer.encode(unit, add_special_tokens=False).ids, letter_case(unit)

    def of(self, article, text):
        """Windows of a text: (article, token ids, letter cases, (start, end) of each token's unit)."""
        windows, ids, cases, places = [], [], [], []

        def close():
            if ids:
                windows.append((article, [CLS, *ids, SEP], [0, *cases, 0], list(places)))
                ids.clear(), cases.clear(), places.clear()

        start = 0
        ends = [(match.start(), match.end()) for match in SENTENCE_END.finditer(text)]
        for stop, after in [*ends, (len(text), len(text))]:
            tokens = []
            for match in UNIT.finditer(text, start, stop):
                pieces, case = self.pieces(match[0])
                tokens += [(piece, case, match.span()) for piece in pieces]
            start = after
            if len(ids) + len(tokens) > ROOM:
                close()
            # A longer sentence is cut without overlap: simpler and faster than what Triplewire does.
            for i in range(0, len(tokens), ROOM):
                part = tokens[i : i + ROOM]
                if len(ids) + len(part) > ROOM:
                    close()
                for piece, case, place in part:
                    ids.append(piece), cases.append(case), places.append(place)
        close()
        return windows

    def mentions(self, window, best):
        """(start, end, type) of the runs of labels; `best` are label numbers, special tokens included."""
        found = []
        for place, label in zip(window[3], best[1:]):
            name = self.labels[label]
            if found and found[-1][1] == place[1] and found[-1][0] <= place[0]:
                continue  # a further piece of the same unit
            if name == "O":
                found.append((place[0], place[1], None))
            elif name[0] == "I" and found and found[-1][2] == name[2:]:
                found[-1] = (found[-1][0], place[1], name[2:])
            else:
                found.append((place[0], place[1], name[2:]))
        return [mention for mention in found if mention[2]]


def batches(windows, tokens):
    """Windows, longest first, in batches of at most so many padded tokens."""
    batch = []
    for window in sorted(windows, key=lambda window: -len(window[1])):
        if batch and (len(batch) + 1) * len(batch[0][1]) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
