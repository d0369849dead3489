"""A long run, watched: does memory stay flat, and throughput the same, from the first tenth to the last?

    python3 tests/bench/soak.py ARTICLES.jsonl --times 34 -- --engine rten --model models/newswire-fast

repeats the articles with other ids, runs `triplewire extract` on them with the options behind `--`, and prints for each
tenth of the articles the memory at its end, seconds, and articles per second and per processor second. How far the run
is, it reads from the checkpoint, which is written every five seconds or so.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TENTHS = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--times", type=int, default=34)
    parser.add_argument("--triplewire", type=Path, default=ROOT / "target" / "release" / "triplewire")
    given = sys.argv[1:]
    border = given.index("--") if "--" in given else len(given)
    args, options = parser.parse_args(given[:border]), given[border + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "articles.jsonl", Path(folder) / "out"
        total = repeat(args.articles, args.times, file)
        command = [args.triplewire, "extract", file, "--out", out, "--quiet", *options]
        run = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        seen = watch(run, out / ".triplewire" / "checkpoint.json")
        if run.returncode not in (0, 2):
            sys.exit(f"soak: triplewire ended with {run.returncode}")
        counts = json.loads((out / "run.json").read_text())["counts"]
    print(f"{total} articles written, {counts['articles']} extracted")
    table(seen)


def repeat(articles, times, file):
    """Writes the articles so many times. Returns how many there are then."""
    lines = [json.loads(line) for line in articles.read_text(encoding="utf-8").splitlines() if line.strip()]
    with open(file, "w", encoding="utf-8") as out:
        for number in range(times):
            for place, article in enumerate(lines):
                print(json.dumps(article | {"id": f"{number}-{place}"}), file=out)
    return times * len(lines)


def watch(run, checkpoint):
    """(articles, seconds, processor seconds, MB) each time that the checkpoint has changed."""
    seen, start, ticks = [], time.perf_counter(), os.sysconf("SC_CLK_TCK")
    while run.poll() is None:
        time.sleep(0.5)
        try:
            articles = json.loads(checkpoint.read_text())["articles"]
            # Behind the name, which may hold blanks: state, then numbers; user and system time are the 12th and 13th.
            fields = Path(f"/proc/{run.pid}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{run.pid}/status").read_text()
        except (OSError, ValueError):  # not there yet, being replaced, or no more
            continue
        memory = [int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS")]
        if memory and (not seen or articles > seen[-1][0]):
            processor = (int(fields[11]) + int(fields[12])) / ticks
            seen.append((articles, time.perf_counter() - start, processor, memory[0]))
    return seen


def table(seen):
    if len(seen) <= TENTHS:
        sys.exit("soak: the run was too short to watch; more --times")
    (first, *_), (last, *_) = seen[0], seen[-1]
    borders = [first + (last - first) * part / TENTHS for part in range(TENTHS + 1)]
    ends = [min(seen, key=lambda point: abs(point[0] - border)) for border in borders]
    print("| articles | MB | seconds | articles/s | articles per processor second |\n|---|---|---|---|---|")
    for (a, s, p, _), (b, t, q, memory) in zip(ends, ends[1:]):
        print(f"| {a} to {b} | {memory:.0f} | {t - s:.0f} | {(b - a) / (t - s):.1f} | {(b - a) / (q - p):.2f} |")


if __name__ == "__main__":
    main()
