"""Reads the corpora into one form: documents of sentences of words with the labels each may have.

Run by itself it prints how much there is of what: `python prepare.py DATA`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from labels import ANY, LABELS, MAYBE_MISC, OUTSIDE, begin, inside

# Corpora whose documents are not marked, or are single messages, are cut into runs of sentences.
RUN = 16


@dataclass(frozen=True)
class Sentence:
    """Words, and for each the set of labels that may be right."""

    words: list[str]
    allowed: list[int]


Document = list[Sentence]
# From the words of a sentence and their tags in the corpus.
Reading = Callable[[list[str], list[str]], list[int]]


def tagged(file: Path) -> Iterator[list[tuple[list[str], list[str]]]]:
    """The documents of a file of `word TAB tag` lines, as words and IOB2 tags."""
    document: list[tuple[list[str], list[str]]] = []
    words: list[str] = []
    tags: list[str] = []
    for line in [*file.read_text(encoding="utf-8").split("\n"), ""]:
        word, _, tag = line.partition("\t")
        if line and word != "-DOCSTART-":
            words.append(word)
            tags.append(tag)
        elif words:
            document.append((words, tags))
            words, tags = [], []
        if word == "-DOCSTART-" and document:
            yield document
            document = []
    if document:
        yield document


@dataclass(frozen=True)
class Places:
    """Words that tell a country from its people."""

    countries: frozenset[str]
    demonyms: frozenset[str]

    @staticmethod
    def read(file: Path) -> Places:
        """From `countries.json` of mledoze/countries."""
        countries = {"U.S.", "UK", "U.K.", "Britain", "America", "Burma", "Korea", "Niger", "Sri", "Lanka"}
        demonyms = set(MORE_DEMONYMS.split())
        for country in json.loads(file.read_text(encoding="utf-8")):
            names = [country["name"]["common"], country["name"]["official"], *country["altSpellings"]]
            countries.update(word for name in names for word in name.split() if word[0].isupper())
            for demonym in country["demonyms"].get("eng", {}).values():
                words = {word for word in demonym.replace(",", " ").split() if len(word) > 3}
                demonyms |= words | {word + "s" for word in words if word[-1] not in "sheE"}
        return Places(frozenset(countries - demonyms), frozenset(demonyms))


MORE_DEMONYMS = """
Palestinian Palestinians Arab Arabs Kurd Kurds Kurdish African Africans European Europeans Asian Asians Korean Koreans
Serb Serbs Croat Croats Turk Turks Briton Britons English Scottish Scots Welsh Tibetan Tibetans Chechen Chechens
Bosnian Bosnians Sunni Sunnis Shi'ite Shi'ites Shiite Shiites Burmese Spaniard Spaniards Dane Danes Swede Swedes Finn
Finns Pole Poles Western Islamic Jewish Muslim Muslims Christian Christians Catholic Catholics Soviet Balkan
"""

TITLES = frozenset(
    """
    Mr. Mrs. Ms. Dr. Mr Mrs Ms Dr President president Prime prime Minister minister Vice Secretary General Secretary-General
    Senator Senators Chancellor Foreign Defense Defence Interior Secretary-general Gen. Lt. Col. Colonel Major Captain
    Admiral Judge Justice Governor Mayor Ambassador Professor Sen. Rep. Sgt. Chairman Spokesman Spokeswoman King Queen
    Pope Prince Princess Sheikh Sir Archbishop Cardinal Bishop Ayatollah Deputy Premier Reverend Congressman Commander
    """.split()
)


def as_it_is(_: list[str], tags: list[str]) -> list[int]:
    """Tags that are the model's own labels."""
    return [1 << LABELS.index(tag) for tag in tags]


def by_table(table: dict[str, tuple[str, ...]], outside: int) -> Reading:
    """Types by a table; an empty entry, like no tag, is `outside`."""

    def read(_: list[str], tags: list[str]) -> list[int]:
        allowed = []
        for tag in tags:
            kinds = table[tag[2:]] if tag != "O" else ()
            allowed.append((begin(*kinds) if tag[0] == "B" else inside(*kinds)) if kinds else outside)
        return allowed

    return read


def redocred(places: Places) -> Reading:
    """Re-DocRED: four of its types are ours, but a nationality is a LOC or nothing there."""
    kinds: dict[str, tuple[str, ...]] = {kind: (kind,) for kind in ("PER", "ORG", "LOC", "MISC")}
    table = by_table(kinds | {"TIME": (), "NUM": ()}, OUTSIDE)

    def read(words: list[str], tags: list[str]) -> list[int]:
        allowed = table(words, tags)
        for at, word in enumerate(words):
            alone = tags[at][0] != "I" and not tags[at + 1 : at + 2] == ["I" + tags[at][1:]]
            if word in places.demonyms and alone and tags[at] in ("O", "B-LOC"):
                allowed[at] = begin("MISC")
        return allowed

    return read


def gmb(places: Places) -> Reading:
    """Groningen Meaning Bank: titles are part of `per`, peoples and countries are both `gpe`.

    Its `art`, `eve` and `nat` are too thin and too doubtful to learn from.
    """
    table = by_table(
        {"geo": ("LOC",), "org": ("ORG",), "per": ("PER",), "gpe": ("LOC", "MISC")}
        | {kind: () for kind in ("tim", "art", "eve", "nat")},
        MAYBE_MISC,
    )

    def read(words: list[str], tags: list[str]) -> list[int]:
        allowed = table(words, tags)
        for at, (word, tag) in enumerate(zip(words, tags)):
            if tag[2:] == "gpe" and word in places.demonyms:
                allowed[at] = begin("MISC") if tag[0] == "B" else inside("MISC")
            elif tag[2:] == "gpe" and word in places.countries:
                allowed[at] = begin("LOC") if tag[0] == "B" else inside("LOC")
            elif tag in ("B-geo", "B-org") and word in places.demonyms:
                # Half of them are parts of a name, half are peoples.
                allowed[at] = ANY
        start = 0
        while start < len(tags):
            end = start + 1
            if tags[start] == "B-per":
                while tags[end : end + 1] == ["I-per"]:
                    end += 1
                name = start
                while name < end and words[name] in TITLES:
                    allowed[name] = OUTSIDE
                    name += 1
                if name < end:
                    allowed[name] = begin("PER")
                elif words[end - 1] in (
                    "King",
                    "Pope",
                    "Prince",
                    "General",
                    "Major",
                    "Bishop",
                    "Judge",
                    "Justice",
                ):
                    allowed[end - 1] = ANY
            start = end
        return allowed

    return read


WNUT = {
    "person": ("PER",),
    "location": ("LOC",),
    "corporation": ("ORG",),
    "group": ("ORG", "MISC"),
    "product": ("MISC", "ORG"),
    "creative-work": ("MISC",),
}


def runs(documents: list[Document]) -> list[Document]:
    """Long documents in pieces, so that one of them is not all there is in an epoch."""
    return [d[at : at + RUN] for d in documents for at in range(0, len(d), RUN)]


def corpora(data: Path) -> dict[str, list[Document]]:
    """The training documents by name of corpus. No dev set is among them."""
    places = Places.read(data / "gazetteers" / "countries.json")
    uner = by_table({kind: (kind,) for kind in ("PER", "ORG", "LOC")}, MAYBE_MISC)
    readings: dict[str, tuple[str, Reading]] = {
        "conll": ("conll2003-train", as_it_is),
        "redocred": ("redocred", redocred(places)),
        "uner": ("uner-ewt-train", uner),
        "gmb": ("gmb", gmb(places)),
        "wnut": ("wnut17-train", by_table(WNUT, MAYBE_MISC)),
    }
    read = {name: documents(data / "ner" / f"{file}.conll", how) for name, (file, how) in readings.items()}
    return read | {name: runs(read[name]) for name in ("gmb", "wnut")}


def dev_sets(data: Path) -> dict[str, list[Document]]:
    """What training is watched on: CoNLL-2003 dev, and UNER dev without MISC."""
    return {
        name: documents(data / "ner" / f"{name}.conll", as_it_is)
        for name in ("conll2003-dev", "uner-ewt-dev")
    }


def documents(file: Path, reading: Reading) -> list[Document]:
    """All documents of a file."""
    return [[Sentence(words, reading(words, tags)) for words, tags in document] for document in tagged(file)]


def main() -> None:
    """Prints documents, sentences, words and label sets of each corpus."""
    for name, read in corpora(Path(sys.argv[1])).items():
        sentences = [sentence for document in read for sentence in document]
        count = Counter(allowed for sentence in sentences for allowed in sentence.allowed)
        print(f"{name}: {len(read)} documents, {len(sentences)} sentences, {count.total()} words")
        for allowed, times in count.most_common():
            names = [label for i, label in enumerate(LABELS) if allowed >> i & 1]
            print(f"  {times:8} {'any' if allowed == ANY else ' or '.join(names)}")


if __name__ == "__main__":
    main()
