"""The Python module against the command: `python3 module.py --program PROGRAM --python PYTHON --articles FILE.jsonl`.

PYTHON is that of an environment in which the wheel is installed. Each round runs both as whole processes on the first articles of
the file, to tables, in turn; what is printed are words per second and the median of the ratios within a round.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
from pathlib import Path

from bench import WORK, run_process

SCRIPT = """
import json, sys
import triplewire
with open(sys.argv[1], encoding="utf-8") as file:
    articles = [json.loads(line) for line in file]
triplewire.Extractor(threads=int(sys.argv[3])).extract(articles).write(sys.argv[2])
"""


def seconds(command: list[str | Path]) -> float:
    """How long a process runs."""
    run = run_process(command)
    if "error" in run:
        sys.exit(run["error"])
    return run["wall"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--articles", type=Path, required=True, help="JSON lines with `id` and `text`")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, options.articles.open(encoding="utf-8") as file:
        lines = list(itertools.islice(file, options.count))
        articles, threads = Path(scratch) / "articles.jsonl", str(options.threads)
        articles.write_text("".join(lines), encoding="utf-8")
        words = len(articles.read_text(encoding="utf-8").split())
        ratios = []
        for number in range(options.rounds):
            out = [Path(scratch) / f"{who}-{number}" for who in ("command", "module")]
            by_command = seconds(
                [options.program, "extract", articles, "--out", out[0], "--engine", "rten", "--threads", threads]
            )
            by_module = seconds([options.python, "-c", SCRIPT, articles, out[1], threads])
            ratios.append(by_command / by_module)
            print(f"{words / by_command:,.0f} words/s by the command, {words / by_module:,.0f} by the module", flush=True)
    print(f"{len(lines)} articles: the module has {statistics.median(ratios):.3f} of the command's speed "
          f"({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
