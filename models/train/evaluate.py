"""Measures model folders with `triplewire evaluate`: `python evaluate.py --data DATA DIR...`.

The figures are those of the product: its windows, its decoder, its tables of names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Triplewire:
    """The program with a model."""

    def __init__(self, program: Path, model: Path, engine: str) -> None:
        self.command = [str(program), "evaluate", "--json", "--model", str(model), "--engine", engine]

    def scores(self, gold: Path, *more: str) -> dict:
        """What it prints."""
        done = subprocess.run(
            [*self.command, "--gold", str(gold), *more], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def entity_f1(self, gold: Path, *more: str) -> float:
        """Exact span and type, micro average, in percent."""
        return 100 * self.scores(gold, *more)["entities"]["micro"]["f1"]

    def relation_f1(self, gold: Path, *more: str) -> float:
        """Strict, micro average, in percent."""
        return 100 * self.scores(gold, *more)["relations"]["strict"]["micro"]["f1"]


def recased(file: Path, out: Path, case: Callable[[str], str]) -> Path:
    """A copy of a CoNLL file with other words."""
    lines = []
    for line in file.read_text(encoding="utf-8").split("\n"):
        word, tab, tag = line.partition("\t")
        lines.append(line if word == "-DOCSTART-" else case(word) + tab + tag)
    out.write_text("\n".join(lines), encoding="utf-8")
    return out


def measure(tool: Triplewire, data: Path, scratch: Path) -> dict[str, float]:
    """All figures of the model card."""
    dev = data / "ner" / "conll2003-dev.conll"
    return {
        "CoNLL-2003 dev": tool.entity_f1(dev),
        "CoNLL-2003 dev in ALL CAPS": tool.entity_f1(recased(dev, scratch / "upper.conll", str.upper)),
        "CoNLL-2003 dev in lower case": tool.entity_f1(recased(dev, scratch / "lower.conll", str.lower)),
        "UNER EWT dev (PER ORG LOC)": tool.entity_f1(data / "ner" / "uner-ewt-dev.conll"),
        "seeds, entities": tool.entity_f1(ROOT / "seeds" / "labels", "--texts", str(ROOT / "seeds")),
        "CoNLL04 dev, relations": tool.relation_f1(
            data / "relations" / "conll04-dev.jsonl", "--map", str(ROOT / "tests" / "maps" / "conll04.toml")
        ),
    }


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
        print(f"| {name} | " + " | ".join(f"{column[name]:.2f}" for column in columns) + " |")


if __name__ == "__main__":
    main()
