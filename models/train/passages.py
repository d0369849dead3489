"""Makes a folder of labels of the passages of plain text that were labelled: `python passages.py --data DATA --out DIR`.

`labels/` says which lines of `raw/pretrain.txt.xz` each passage is, where the names that the model of the day found
stand in it, and what it states of them; the text itself may not be passed on. `triplewire parse DIR/texts >
DIR/trees.conllu` does the rest. `labels/kept.txt` names the passages that were kept back, `labels/read.txt` those that
were read while rules were written.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import re
from pathlib import Path

LABELS = Path(__file__).parent / "labels"
# Sources whose words are set apart from each other.
APART = ("voa", "agency")


def together(line: str) -> str:
    """A line whose words and marks are set apart, as it was printed."""
    line = re.sub(r" ([,.;:!?%)\]])", r"\1", line)
    line = re.sub(r"([(\[$]) ", r"\1", line)
    line = re.sub(r" ('s|n't|'re|'ve|'ll|'d|'m|')(?=\W|$)", r"\1", line)
    first, *others = re.split(r"\s*\"\s*", line)
    for number, part in enumerate(others):
        opens = number % 2 == 0
        first += (' "' if first else '"') + part if opens else '" ' + part
    return re.sub(r"\" ([,.;:!?)])", r'"\1', first).strip()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with raw/pretrain.txt.xz")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    parser.add_argument(
        "--without", type=Path, nargs="*", default=[], help="files of passages to leave out, a name a line"
    )
    parser.add_argument("--only", type=Path, nargs="*", help="files of the passages to make, instead of all")
    options = parser.parse_args()
    for name in ("texts", "labels"):
        (options.out / name).mkdir(parents=True, exist_ok=True)
    # Texts of an earlier run that have no labels now would count as texts that state nothing.
    for old in (options.out / "texts").glob("*.txt"):
        old.unlink()
    left_out = names_in(options.without)
    only = names_in(options.only) if options.only else None

    def is_wanted(article: str) -> bool:
        return article not in left_out and (only is None or article in only)

    for table in ("mentions", "relations"):
        header, *rows = lzma.open(LABELS / f"{table}.csv.xz", "rt", encoding="utf-8")
        rows = [row for row in rows if is_wanted(row.split(",", 1)[0])]
        (options.out / "labels" / f"{table}.csv").write_text("".join([header, *rows]), encoding="utf-8")
    lines = lzma.open(options.data / "raw" / "pretrain.txt.xz", "rt", encoding="utf-8").read().split("\n")
    for row in csv.DictReader(lzma.open(LABELS / "passages.csv.xz", "rt", encoding="utf-8")):
        first, article = int(row["first_line"]) - 1, row["article"]
        if not is_wanted(article):
            continue
        passage = [line.strip() for line in lines[first : first + int(row["lines"])]]
        if article.startswith(APART):
            passage = [together(line) for line in passage]
        (options.out / "texts" / f"{article}.txt").write_text("\n".join(passage) + "\n", encoding="utf-8")


def names_in(files: list[Path]) -> set[str]:
    """The names of texts in files, a name a line."""
    return {name for file in files for name in file.read_text().split()}


if __name__ == "__main__":
    main()
