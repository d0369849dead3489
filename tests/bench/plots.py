"""`plots.py RESULTS.json FOLDER`: how Triplewire grows, as SVG."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

PLOTS = {
    "length": ("words in an article", "words per second"),
    "number": ("articles of 100 words", "words per second, start-up included"),
    "threads": ("threads", "words per second"),
}


def simulated(points, alone):
    """What more threads would do: readers and writers take as long as in the run `alone` with one thread, and the last
    measured point says how the rest of the work is shared out. A core of one's own for each thread is assumed."""
    threads, speed = points[-1]
    seconds = alone["words"] / speed
    shared = (seconds - alone["serial"]) * threads
    more = [threads * 2**doubled for doubled in range(1, 5)]
    return [points[-1]] + [(n, alone["words"] / (alone["serial"] + shared / n)) for n in more]


def main(results, folder):
    folder.mkdir(exist_ok=True)
    # The same file for the same figures.
    plt.rcParams.update({"svg.hashsalt": "triplewire", "font.size": 11, "svg.fonttype": "none"})
    for name, (across, up) in PLOTS.items():
        figure, axes = plt.subplots(figsize=(6, 4.4))
        clock = "wall" if name == "number" else "seconds"
        for engine in results["growth"]:
            points = [(x, run["words"] / run[clock]) for x, run in engine[name]]
            axes.plot(*zip(*points), marker="o", label=engine["name"])
            if name == "threads":
                axes.plot(*zip(*simulated(points, engine[name][0][1])), linestyle=":", color=axes.lines[-1].get_color())
        if name == "threads":
            axes.axvline(results["machine"]["cores"], color="grey", linestyle=":", label="cores of this machine; beyond them simulated")
            axes.set_xscale("log", base=2)
            axes.set_yscale("log")
        else:
            axes.set_xscale("log")
            axes.set_ylim(0, None)
        axes.set(xlabel=across, ylabel=up)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        figure.tight_layout()
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
