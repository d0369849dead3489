"""Pairs of names in labelled texts, as `src/relation/reader` sees them.

A folder of labels has `texts/*.txt`, `labels/mentions.csv`, `labels/relations.csv` and `trees.conllu`, which
`triplewire parse FOLDER/texts` prints. What `triplewire extract` found may serve as labels, too: its scores are then
what is learnt. A relation counts where its two names stand in one sentence, or one and what stands for the other: a
pronoun or a description, if the labels say where that is.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch

from encode import CLS, SEP, UNIT, Encoder, Window, letter_case
from labels import ANY
from outputs import RELATIONS

TYPES = ["PER", "ORG", "LOC", "MISC"]
SCHEMA_FILE = Path(__file__).parents[2] / "src" / "relation" / "rules" / "predicates.toml"
SCHEMA = tomllib.loads(SCHEMA_FILE.read_text(encoding="utf-8"))["predicate"]
# Second names are found by rules, and dates are no names.
PREDICATES = [
    name for name, schema in SCHEMA.items() if name != "alias_of" and set(schema["object"]) & set(TYPES)
]
COLUMN = {name: i for i, name in enumerate(PREDICATES)}

# The features of a pair; see `src/relation/reader/features.rs`.
NEAR = (0, 1, 2, 3, 5, 8, 12, 20)
AMONG = (0, 1, 3)
LONGEST = 9
BESIDE = {"case", "mark", "cop", "compound:prt", "aux:pass"}
FEATURES = 1 + len(NEAR) + len(AMONG) + 2 * len(RELATIONS) + LONGEST + 1

# How much it counts that no rule found something, and what two readers could differ on, which is half true.
UNFOUND, OPTIONAL = 0.5, 0.3

# What stands for a name, and of what type that is. Where labels say nothing of such words, nothing is said of them.
STANDING = {
    "PER": "he she his her him".split(),
    "the PER": """president minister chairman senator leader spokesman actor actress singer judge striker player coach
        manager director governor secretary ambassador chief general congressman star author""".split(),
    "the ORG": """company firm group bank party agency ministry union organization organisation committee commission team
        club newspaper network airline carmaker corporation association council army court regime""".split(),
    "the LOC": "country city state nation region island province capital town kingdom republic".split(),
}
TYPE_OF = {word: kind[-3:] for kind, words in STANDING.items() for word in words}
PRONOUN = re.compile(rf"\b({'|'.join(STANDING['PER'])})\b", re.IGNORECASE)
NOUNS = "|".join(word for kind, words in STANDING.items() if kind != "PER" for word in words)
DESCRIPTION = re.compile(rf"\b[Tt]he (?:prime )?({NOUNS})\b(?! of\b)")

ALIASES = Path(__file__).parents[2] / "src" / "entity" / "aliases"


def may_be() -> torch.Tensor:
    """Types by types by predicates: whether the schema allows it."""
    allowed = torch.zeros(len(TYPES), len(TYPES), len(PREDICATES), dtype=torch.bool)
    for name, column in COLUMN.items():
        for subject in set(SCHEMA[name]["subject"]) & set(TYPES):
            for other in set(SCHEMA[name]["object"]) & set(TYPES):
                allowed[TYPES.index(subject), TYPES.index(other), column] = True
    return allowed


MAY_BE = may_be()


def demonyms() -> dict[str, str]:
    """The types of what adjectives and names of peoples stand for, by entity: "French" is an act of France's."""
    found = {}
    for file in sorted(ALIASES.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            types: dict[str, str] = {}
            for row in csv.DictReader(lines):
                types.setdefault(row["entity"], row["type"])
                if "demonym" in (row["flags"] or "").split():
                    found[row["entity"]] = types[row["entity"]]
    return found


DEMONYMS = demonyms()


class Word(NamedTuple):
    """A word of a tree, in code points of the text."""

    start: int
    end: int
    head: int
    relation: str


class Name(NamedTuple):
    """A mention, in code points of the text."""

    start: int
    end: int
    type: str
    entity: str


class Relation(NamedTuple):
    """What labels say of two entities: in which sentence, or by which mentions, and how sure it is."""

    subject: str
    predicate: str
    object: str
    sentence: str
    starts: tuple[int, int] | None
    share: float | None


@dataclass
class Text:
    """An article with its trees and labels."""

    text: str
    sentences: list[list[Word]] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    scored: bool = False


class Pairs(NamedTuple):
    """A window with the pairs of names of its sentences."""

    window: Window
    # For each name the first tokens of its words, and its type.
    names: list[list[int]]
    types: list[int]
    # For each pair the two names, the first tokens of the words between them, and the features.
    pairs: list[tuple[int, int]]
    paths: list[list[int]]
    features: torch.Tensor
    # Pairs by predicates: what is right, and how much it counts.
    right: torch.Tensor
    weight: torch.Tensor

    @property
    def ids(self) -> list[int]:
        """Its tokens."""
        return self.window.ids


def read(folder: Path) -> dict[str, Text]:
    """The texts of a folder of labels, by name."""
    files = sorted((folder / "texts").glob("*.txt"))
    texts = {file.stem: Text(file.read_text(encoding="utf-8")) for file in files}
    _read_trees(folder / "trees.conllu", texts)
    with (folder / "labels" / "mentions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] in TYPES:
                kind = DEMONYMS.get(row["entity"], "MISC") if row["type"] == "MISC" else row["type"]
                name = Name(int(row["start"]), int(row["end"]), kind or "MISC", row["entity"])
                texts[row["article"]].names.append(name)
    standing: dict[str, set[Name]] = defaultdict(set)
    with (folder / "labels" / "relations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["predicate"] in COLUMN:
                text = texts[row["article"]]
                text.relations.append(_relation(row))
                text.scored = "score" in row
                if row.get("via", "name") != "name" and row["subject_start"]:
                    standing[row["article"]] |= {_argument(row, end) for end in ("subject", "object")}
    for article, text in texts.items():
        named = {name.start for name in text.names}
        text.names += [name for name in standing[article] if name.start not in named]
        if standing:
            text.names += _unsaid(text)
        text.names.sort()
    return texts


def _argument(row: dict[str, str], end: str) -> Name:
    return Name(int(row[f"{end}_start"]), int(row[f"{end}_end"]), row[f"{end}_type"], row[end])


def _unsaid(text: Text) -> list[Name]:
    """Pronouns and descriptions of which the labels say nothing."""
    found = []
    for kind in (PRONOUN, DESCRIPTION):
        for match in kind.finditer(text.text):
            if not any(name.start < match.end() and match.start() < name.end for name in text.names):
                found.append(Name(*match.span(), TYPE_OF[match[1].lower()], f"unsaid {match.start()}"))
    return found


def _relation(row: dict[str, str]) -> Relation:
    starts = (int(row["subject_start"]), int(row["object_start"])) if row["subject_start"] else None
    share: float | None = max(float(row.get("score", 1)), 0.5)
    if row.get("optional") == "true":
        share = None
    elif row["negated"] == "true":
        share = 0.0
    # Where a description or a pronoun stands for a name, the names themselves are not what says it.
    if row.get("via", "name") != "name" and not starts:
        share = None
    return Relation(row["subject"], row["predicate"], row["object"], row.get("sentence", ""), starts, share)


def _read_trees(file: Path, texts: dict[str, Text]) -> None:
    text, at, end = Text(""), 0, 0
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.startswith("# newdoc"):
            text, at, end = texts[line.split("= ", 1)[1]], 0, 0
        elif line.startswith("# text ="):
            words = line.split("= ", 1)[1].split()
            found = re.compile(r"\s+".join(map(re.escape, words))).search(text.text, end)
            at, end = found.span() if found else (end, end)
            text.sentences.append([])
        elif line[:1].isdigit() and line.split("\t")[0].isdigit():
            _, form, _, _, _, _, head, relation, *_ = line.split("\t")
            start = max(text.text.find(form, at, end), at)
            at = start + len(form)
            text.sentences[-1].append(Word(start, at, int(head) - 1, relation))


def windows(encoder: Encoder, text: Text, room: int) -> Iterator[Pairs]:
    """The windows of a text: whole sentences of up to `room` tokens."""
    run: list[int] = []
    used = 0
    tokens = [_tokens(encoder, text.text, words) for words in text.sentences]
    for number, (ids, _, _) in enumerate(tokens):
        if run and used + len(ids) > room:
            yield from _pairs(text, run, tokens)
            run, used = [], 0
        if len(ids) <= 2 * room:
            run.append(number)
            used += len(ids)
    if run:
        yield from _pairs(text, run, tokens)


def _tokens(encoder: Encoder, text: str, words: list[Word]) -> tuple[list[int], list[int], list[int]]:
    """Ids, letter cases and starts of the tokens of a sentence."""
    ids: list[int] = []
    cases: list[int] = []
    starts: list[int] = []
    if words:
        for unit in UNIT.finditer(text, words[0].start, words[-1].end):
            pieces = encoder.pieces(unit.group())[0]
            ids += pieces
            cases += [letter_case(unit.group())] * len(pieces)
            starts += [unit.start()] * len(pieces)
    return ids, cases, starts


def _pairs(text: Text, run: list[int], tokens: list[tuple[list[int], list[int], list[int]]]) -> Iterator[Pairs]:
    ids, cases, first = [CLS], [0], {}
    names: list[list[int]] = []
    types: list[int] = []
    pairs: list[tuple[int, int]] = []
    paths: list[list[int]] = []
    features, right, weight = [], [], []
    for number in run:
        for token, start in enumerate(tokens[number][2], len(ids)):
            first.setdefault(start, token)
        ids, cases = ids + tokens[number][0], cases + tokens[number][1]
        words = text.sentences[number]
        here = [(name, words_of(words, name)) for name in text.names if words and words[0].start <= name.start < words[-1].end]
        here = [(name, own) for name, own in here if own and all(words[word].start in first for word in own)]
        base = len(names)
        names += [[first[words[word].start] for word in own] for _, own in here]
        types += [TYPES.index(name.type) for name, _ in here]
        which = [
            (i, j)
            for i, (a, _) in enumerate(here)
            for j, (b, _) in enumerate(here)
            if a.entity != b.entity and MAY_BE[TYPES.index(a.type), TYPES.index(b.type)].any()
        ]
        for i, j in which:
            path, holds = features_of(words, here[i][1], here[j][1], abs(i - j) - 1)
            pairs.append((base + i, base + j))
            paths.append([first[words[word].start] for word in path if words[word].start in first])
            features.append(holds)
        answers = _answers(text, words, [name for name, _ in here], which)
        right += answers[0]
        weight += answers[1]
    if pairs:
        padding = [ANY] * (len(ids) + 1)
        yield Pairs(
            Window(ids + [SEP], cases + [0], cases + [0], padding, [False] * len(padding), 1.0),
            names,
            types,
            pairs,
            paths,
            torch.stack(features),
            torch.stack(right),
            torch.stack(weight),
        )


def words_of(words: list[Word], name: Name) -> list[int]:
    """Those that touch a name."""
    return [i for i, word in enumerate(words) if word.start < name.end and word.end > name.start]


def features_of(
    words: list[Word], subject: list[int], object_: list[int], among: int
) -> tuple[list[int], torch.Tensor]:
    """The words between two names in the tree, and which features hold."""
    holds = torch.zeros(FEATURES)
    before = subject[0] < object_[0]
    gap = object_[0] - subject[-1] - 1 if before else subject[0] - object_[-1] - 1
    holds[0] = before
    for i, most in enumerate(NEAR):
        holds[1 + i] = gap <= most
    for i, most in enumerate(AMONG):
        holds[1 + len(NEAR) + i] = among <= most
    base = 1 + len(NEAR) + len(AMONG)
    a, b = (_above(words, _head(words, own)) for own in (subject, object_))
    top = next((word for word in a if word in b), b[-1])
    up, down = a[: a.index(top)] if top in a else a, b[: b.index(top)]
    for offset, steps in ((base, up), (base + len(RELATIONS), down)):
        for word in steps:
            relation = words[word].relation
            holds[offset + RELATIONS.index(relation if relation in RELATIONS else "dep")] = 1
    holds[base + 2 * len(RELATIONS) + min(len(up) + len(down), LONGEST)] = 1
    on = {*up, *down, top}
    on |= {i for i, word in enumerate(words) if word.head in on and word.relation in BESIDE}
    return sorted(on - {*subject, *object_}), holds


def _head(words: list[Word], own: list[int]) -> int:
    return next((word for word in own if words[word].head not in own), own[0])


def _above(words: list[Word], word: int) -> list[int]:
    chain = [word]
    while words[chain[-1]].head >= 0 and len(chain) <= len(words):
        chain.append(words[chain[-1]].head)
    return chain


def _answers(
    text: Text, words: list[Word], names: list[Name], pairs: list[tuple[int, int]]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """For each pair what is right, and how much it counts."""
    unfound = UNFOUND if text.scored else 1.0
    right = [torch.zeros(len(PREDICATES)) for _ in pairs]
    weight = [
        unfound * MAY_BE[TYPES.index(names[i].type), TYPES.index(names[j].type)].float() for i, j in pairs
    ]
    sentence = _plain(text.text[words[0].start : words[-1].end]) if words else ""
    told: list[tuple[int, int, float]] = []
    for relation in text.relations:
        ways = [(relation.subject, relation.object)]
        if SCHEMA[relation.predicate].get("symmetric"):
            ways.append((relation.object, relation.subject))
        column = COLUMN[relation.predicate]
        for turned, way in enumerate(ways):
            same = [k for k, (i, j) in enumerate(pairs) if (names[i].entity, names[j].entity) == way]
            if not same:
                continue
            # The same of other mentions, or elsewhere, is neither right nor wrong.
            for k in same:
                weight[k][column] = 0
                for weak in SCHEMA[relation.predicate].get("hides", []):
                    weight[k][COLUMN[weak]] = 0
            evidence = _plain(relation.sentence)
            if relation.starts:
                starts = relation.starts[::-1] if turned else relation.starts
                same = [k for k in same if (names[pairs[k][0]].start, names[pairs[k][1]].start) == starts]
            elif sentence[:60] not in evidence and evidence[:60] not in sentence:
                same = []
            if same:
                nearest = min(same, key=lambda k: abs(names[pairs[k][0]].start - names[pairs[k][1]].start))
                if relation.share is None:
                    told.append((nearest, column, -1.0))
                else:
                    told.append((nearest, column, relation.share))
    # What is sure counts more than what is optional, and what is there more than what is denied.
    for k, column, share in sorted(told, key=lambda one: one[2]):
        right[k][column] = 0.5 if share < 0 else share
        weight[k][column] = OPTIONAL if share < 0 else 1.0
    for k, (i, j) in enumerate(pairs):
        weight[k] *= MAY_BE[TYPES.index(names[i].type), TYPES.index(names[j].type)]
    return right, weight


def _plain(text: str) -> str:
    return " ".join(text.split())
