"""Measures model folders with the program: `python evaluate.py --data DATA DIR...`.

The figures are those of the product: its windows, its decoder, its tables of names, its trees.
"""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORM, TAG, HEAD, RELATION = 1, 3, 6, 7


class Triplewire:
    """The program with a model."""

    def __init__(self, program: Path, model: Path, engine: str) -> None:
        self.program = str(program)
        self.model = ["--model", str(model), "--engine", engine]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.program, *arguments, *self.model], stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def scores(self, gold: Path, *more: str) -> dict:
        """What `evaluate` prints."""
        return json.loads(self._run("evaluate", "--json", "--gold", str(gold), *more))

    def entities(self, gold: Path, *more: str) -> dict[str, float]:
        """`f1`: exact span and type, micro average, in percent. `ece`: the expected calibration error."""
        scores = self.scores(gold, *more)
        return {
            "f1": 100 * scores["entities"]["micro"]["f1"],
            "ece": scores["reliability"]["entities"]["expected_calibration_error"],
        }

    def relation_f1(self, gold: Path, *more: str) -> float:
        """Strict, micro average, in percent."""
        return 100 * self.scores(gold, *more)["relations"]["strict"]["micro"]["f1"]

    def syntax(self, treebank: Path) -> dict[str, float]:
        """Of the words that are no punctuation, how many have the right head, relation and part of speech."""
        pairs = list(
            zip(
                words(treebank.read_text(encoding="utf-8")),
                words(self._run("parse", str(treebank))),
                strict=True,
            )
        )
        if any(gold[FORM] != seen[FORM] for gold, seen in pairs):
            raise ValueError(f"{treebank}: the program has changed words")
        pairs = [(gold, seen) for gold, seen in pairs if gold[TAG] != "PUNCT"]

        def share(*columns: Callable[[list[str]], str]) -> float:
            right = sum(all(column(gold) == column(seen) for column in columns) for gold, seen in pairs)
            return 100 * right / len(pairs)

        return {
            "heads": share(head),
            "heads and relations": share(head, relation),
            "heads and relations, by their subtypes": share(head, lambda columns: columns[RELATION]),
            "parts of speech": share(lambda columns: columns[TAG]),
        }


def words(conllu: str) -> Iterator[list[str]]:
    """The columns of each word of a treebank."""
    for line in conllu.split("\n"):
        columns = line.split("\t")
        if columns[0].isdigit():
            yield columns


def head(columns: list[str]) -> str:
    """Of a word."""
    return columns[HEAD]


def relation(columns: list[str]) -> str:
    """Of a word, `obl` for `obl:agent`, as the shared tasks on Universal Dependencies count it."""
    return columns[RELATION].split(":")[0]


def recased(file: Path, out: Path, case: Callable[[str], str]) -> Path:
    """A copy of a CoNLL file with other words."""
    lines = []
    for line in file.read_text(encoding="utf-8").split("\n"):
        word, tab, tag = line.partition("\t")
        lines.append(line if word == "-DOCSTART-" else case(word) + tab + tag)
    out.write_text("\n".join(lines), encoding="utf-8")
    return out


def measure(tool: Triplewire, data: Path, scratch: Path) -> dict[str, float]:
    """All figures of the model cards."""
    dev = data / "ner" / "conll2003-dev.conll"
    news, web = tool.entities(dev), tool.entities(data / "ner" / "uner-ewt-dev.conll")
    figures = {
        "CoNLL-2003 dev": news["f1"],
        "CoNLL-2003 dev in ALL CAPS": tool.entities(recased(dev, scratch / "upper.conll", str.upper))["f1"],
        "CoNLL-2003 dev in lower case": tool.entities(recased(dev, scratch / "lower.conll", str.lower))["f1"],
        "UNER EWT dev (PER ORG LOC)": web["f1"],
        "seeds, entities": tool.entities(ROOT / "seeds" / "labels", "--texts", str(ROOT / "seeds"))["f1"],
        "CoNLL04 dev, relations": tool.relation_f1(
            data / "relations" / "conll04-dev.jsonl", "--map", str(ROOT / "tests" / "maps" / "conll04.toml")
        ),
        "CoNLL-2003 dev, calibration error": news["ece"],
        "UNER EWT dev, calibration error": web["ece"],
    }
    for name in ("ewt-dev", "gum-dev"):
        treebank = scratch / f"{name}.conllu"
        treebank.write_bytes(lzma.decompress((data / "syntax" / f"{name}.conllu.xz").read_bytes()))
        figures |= {f"{name}, {what}": value for what, value in tool.syntax(treebank).items()}
    return figures


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", help="model folders")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--triplewire", type=Path, default=ROOT / "target" / "release" / "triplewire")
    parser.add_argument("--engine", default="rten")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        columns = [
            measure(Triplewire(options.triplewire, m, options.engine), options.data, Path(scratch))
            for m in options.models
        ]
    print("| data | " + " | ".join(model.name for model in options.models) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for name in columns[0]:
        digits = 3 if "calibration" in name else 2
        print(f"| {name} | " + " | ".join(f"{column[name]:.{digits}f}" for column in columns) + " |")


if __name__ == "__main__":
    main()
