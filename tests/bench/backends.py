"""What the back ends of the int8 kernels take, against the crate rten on the same graph.

    python3 tests/bench/backends.py BINARY ARTICLES... [--model FOLDER] [--rounds 5] [--old BINARY]

Runs `extract` on one thread with each back end that this processor has, with the crate (`--engine rten-graph`) and, if
one is given, with an older program. All take turns within a round, processor time is counted, and ratios are made within
a round, so that other programs matter little: a median of 2 says half the time of what it is held against.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BACK_ENDS = ["avx512", "avxvnni", "avx2", "neon"]


def run(binary, articles, model, engine, back_end):
    """Processor seconds of the network alone, and of the whole program; none if the processor lacks the back end."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = [binary, "extract", *articles, "--out", out, "--model", model, "--engine", engine]
        environment = {**os.environ, "TRIPLEWIRE_KERNELS": back_end} if back_end else os.environ
        before = os.times()
        done = subprocess.run(
            [*map(str, command), "--threads", "1", "--timings", "--quiet"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        after = os.times()
        if "this processor has" in done.stderr:
            return None
        if done.returncode not in (0, 2):
            sys.exit(done.stderr)
        seconds = json.loads((out / "run.json").read_text())["processor_seconds"]
        whole = after.children_user + after.children_system - before.children_user - before.children_system
        return seconds["forward"], whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("articles", nargs="+")
    parser.add_argument("--model", default=Path(__file__).parents[2] / "models/newswire")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--old", help="another program, of which the fastest back end is taken")
    args = parser.parse_args()
    runs = {"crate": (args.binary, "rten-graph", None)}
    if args.old:
        runs["old"] = (args.old, "rten", None)
    runs |= {name: (args.binary, "rten", name) for name in BACK_ENDS}
    rounds = []
    for _ in range(args.rounds):
        rounds.append({name: run(binary, args.articles, args.model, engine, back_end)
                       for name, (binary, engine, back_end) in runs.items()})
        runs = {name: how for name, how in runs.items() if rounds[-1][name]}
    print(f"{'':10} {'network, s':>12} {'whole, s':>10}", *(f"{base + ' / it: network, whole':>26}" for base in runs
                                                            if base in ("crate", "old")))
    for name in runs:
        line = f"{name:10} {statistics.median(r[name][0] for r in rounds):12.2f}" \
               f" {statistics.median(r[name][1] for r in rounds):10.2f}"
        for base in ("crate", "old"):
            if base in runs:
                ratios = [statistics.median(r[base][i] / r[name][i] for r in rounds) for i in (0, 1)]
                line += f"{ratios[0]:18.2f} {ratios[1]:8.2f}"
        print(line)


if __name__ == "__main__":
    main()
