"""Triplewire against other tools, on the same articles, on this machine: what `make bench` runs.

Every round runs every contender once, each in a process of its own, in an order that turns from round
to round; a ratio compares two runs of one round. So a machine that is busy with other things changes
the words per second and hardly the ratios. Words are runs of characters between blanks. A peer stops at
mentions; Triplewire also joins names, applies rules and writes its tables, and all of that counts. Processor
time is counted too, without start-up, as other programs matter to it least of all.

Results go to `target/bench` (`results.json`, `results.md`), the plots of how Triplewire grows to
`tests/bench/plots`.
"""

import argparse
import csv
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import venv
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "bench"
TRIPLEWIRE = ROOT / "target" / "release" / "triplewire"
RUST_BERT = ROOT / "target" / "release" / "examples" / "rust-bert-pipeline"
PYTHON = WORK / "venv" / "bin" / "python"
PLOTS = HERE / "plots"

# Of the plots: words of an article, articles of 100 words.
GROWTH_LENGTHS = [50, 200, 1000, 5000, 20_000, 50_000]
GROWTH_NUMBERS = [1, 10, 100, 1000, 10_000, 100_000]
# What each engine reads, one of these. `rten-graph` is the crate on the same graph, without our kernels.
WEIGHTS = {"rten": ["model.onnx"], "rust-bert": ["model.safetensors", "model.onnx"], "rten-graph": ["model.onnx"]}
TYPES = ["PER", "ORG", "LOC", "MISC"]
PEERS = [
    "hf-pipeline-1",
    "hf-pipeline-16",
    "torch-bf16",
    "onnxruntime-int8",
    "onnxruntime-fp32",
    "rust-bert-pipeline",
    "spacy-sm",
    "spacy-sm-ner",
    "spacy-md",
    "spacy-md-ner",
    "flair-random",
    "gliner-random",
]


def main():
    args = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    if args.peers or args.growth_seconds:
        make_environment()
    articles = WORK / "articles.jsonl"
    words = write_articles(args.articles, articles, args.words)
    ours = [
        Ours(binary, engine, kernels, model, args)
        for model in args.models
        for binary in args.binary
        for engine in args.engines
        for kernels in [None, *(args.kernels if engine == "rten" else [])]
        if any((model / weights).exists() for weights in WEIGHTS[engine])
    ]
    peers = [RustBert(args) if name == "rust-bert-pipeline" else Peer(name, args) for name in args.peers]
    prepare(args)

    rounds = []
    contenders = ours + peers
    for number in range(args.rounds):
        turned = contenders[number % len(contenders) :] + contenders[: number % len(contenders)]
        rounds.append({"load": os.getloadavg()[0], "runs": {}, "peak": peak(args), "cold": {}})
        for contender in turned:
            run = contender.run(articles, gold=args.gold if number == 0 else [])
            rounds[-1]["runs"][contender.name] = run
            speed = f"{words / run['seconds']:8.0f} words/s" if "seconds" in run else run["error"]
            print(f"round {number + 1}  {contender.name:32} {speed}", flush=True)
        for contender in ours:
            rounds[-1]["cold"][contender.name] = contender.cold_start(articles)
    flops = {c.name: operations_per_token(c.model) for c in ours}
    results = {
        "machine": machine(),
        "threads": args.threads,
        "words": words,
        "tokens": tokens(args, articles),
        "operations_per_token": flops,
        "ours": [c.name for c in ours],
        "peers": [c.name for c in peers],
        "rounds": rounds,
    }
    if args.growth_seconds:
        results["growth"] = [growth(c, articles, args) for c in ours if "error" not in rounds[-1]["runs"][c.name]]
    (WORK / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    table = report(results)
    (WORK / "results.md").write_text(table)
    print("\n" + table)
    if args.growth_seconds:
        subprocess.run([PYTHON, HERE / "plots.py", WORK / "results.json", PLOTS], check=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    option = parser.add_argument
    option("--articles", type=Path, nargs="+", default=[ROOT / "seeds"], help=".txt, .jsonl, .csv, folders")
    option("--words", type=int, default=20_000, help="words to use; fewer are repeated (default 20000)")
    option("--rounds", type=int, default=5)
    option("--threads", type=int, default=os.cpu_count())
    option("--models", type=Path, nargs="+", default=[ROOT / "models" / "newswire"], help="peers run the first")
    option("--binary", type=Path, nargs="+", default=[TRIPLEWIRE], help="the program, or several to compare")
    option("--engines", nargs="+", default=["rten", "rust-bert"], choices=WEIGHTS)
    option("--kernels", nargs="+", default=[], help="back ends for rten besides its own choice: avx2, reference, ...")
    option("--peers", nargs="*", default=PEERS, choices=PEERS)
    option("--gold", type=Path, nargs="+", default=[], help="CoNLL files or folders like seeds, for the F1 of entities")
    option(
        "--growth-seconds",
        type=float,
        default=10,
        help="the plots go on to ten times as many articles until a run takes longer (default 10; 0: no plots)",
    )
    return parser.parse_args()


def make_environment():
    """A virtual environment with the peers, made again when the requirements change."""
    files = [HERE / "requirements.txt", HERE / "models.txt"]
    wanted = "".join(file.read_text() for file in files)
    stamp = WORK / "venv" / "requirements.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("fetching the peers (once; about 3 GB)", flush=True)
    venv.create(WORK / "venv", symlinks=os.name != "nt", with_pip=True)
    for file, options in zip(files, ([], ["--no-deps", "--ignore-requires-python"])):
        command = [PYTHON, "-m", "pip", "install", "--quiet", *options, "-r", file]
        if subprocess.run(command, check=False).returncode != 0:
            sys.exit(f"bench: pip could not install tests/bench/{file.name} (its message is above)")
    stamp.write_text(wanted)


def texts_of(path):
    """The texts of a file or folder."""
    if path.is_dir():
        for inner in sorted(path.glob("*.txt")):
            yield inner.read_text(encoding="utf-8")
    elif path.suffix == ".jsonl":
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]
    elif path.suffix == ".csv":
        csv.field_size_limit(1 << 30)
        with open(path, encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield row["text"]
    else:
        yield path.read_text(encoding="utf-8")


def write_articles(paths, file, words):
    """Writes so many words of articles, and again from the first if there are fewer. Returns their number."""
    texts = []
    for path in paths:
        if not path.exists():
            sys.exit(f"bench: {path} does not exist. Name other --articles")
        # Not prose: a file that some other program wrote into the collection.
        texts += [text for text in texts_of(path) if text.strip() and "\x00" not in text]
    if not texts:
        sys.exit("bench: there is no text in --articles")
    written = number = 0
    with open(file, "w", encoding="utf-8") as out:
        while written < words:
            text = texts[number % len(texts)]
            print(json.dumps({"id": str(number), "text": text}), file=out)
            written += len(text.split())
            number += 1
    return written


def weights_of(model):
    """The folder for a model's weights as peers need them; another model with the same name has another one."""
    digest = hashlib.sha256((model / "model.onnx").read_bytes()).hexdigest()
    return WORK / f"{model.name}-{digest[:8]}"


def prepare(args):
    """What peers with our weights need once: a checkpoint, and a graph in fp32."""
    if all(name.startswith(("spacy", "flair", "gliner")) for name in args.peers):
        return
    work = weights_of(args.models[0])
    work.mkdir(exist_ok=True)
    command = [PYTHON, HERE / "peers.py", "prepare", "--model", args.models[0], "--work", work]
    if subprocess.run(command, check=False).returncode != 0:
        print("bench: some peers could not be prepared (the message is above)", flush=True)


def run_process(command, environment=None):
    """Runs a peer: its last line of JSON, with `start_up` seconds and `peak_mb` of its largest process."""
    if not Path(command[0]).exists():
        return {"error": f"did not run: {command[0]} is not there; `make bench` builds it"}
    start = time.perf_counter()
    with open(WORK / "stderr.txt", "w+") as errors:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        result = {}
        for line in process.stdout:
            if line.startswith("{"):
                if "ready" in line:
                    result["start_up"] = time.perf_counter() - start
                else:
                    result.update(json.loads(line))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            lines = [line for line in errors.read().splitlines() if line.strip() and not line.startswith("note: ")]
            last = (lines or ["no message"])[-1]
            return {"error": f"did not run: {last[:200]}"}
    scale = 1 if platform.system() == "Darwin" else 1024
    return result | {"wall": time.perf_counter() - start, "peak_mb": usage.ru_maxrss * scale / 1e6}


class Ours:
    """Triplewire with one engine, its kernels (none: those that it takes) and model."""

    def __init__(self, binary, engine, kernels, model, args):
        parts = ["triplewire" if len(args.binary) == 1 else str(binary), engine, kernels]
        parts += [model.name] if len(args.models) > 1 else []
        self.name = " ".join(part for part in parts if part)
        self.binary, self.engine, self.model, self.threads = binary, engine, model, args.threads
        self.environment = {"TRIPLEWIRE_KERNELS": kernels} if kernels else {}

    def extract(self, articles, threads=None):
        out = WORK / "out"
        command = [self.binary, "extract", articles, "--out", out, "--overwrite", "--quiet", "--engine", self.engine]
        command += ["--model", self.model, "--threads", threads or self.threads, "--timings"]
        run = run_process(command, self.environment)
        if "error" not in run:
            record = json.loads((out / "run.json").read_text())
            run |= {"seconds": record["seconds"]["extraction"], "start_up": record["seconds"]["start_up"]}
            stages = record["processor_seconds"]
            run |= {"processor": sum(stages.values()), "network": stages["forward"]}
            run["serial"] = sum(stages.get(stage, 0) for stage in ("reading", "writing"))
        return run

    def run(self, articles, gold):
        run = self.extract(articles) | {"f1": {}}
        for labels in gold:
            command = [self.binary, "evaluate", "--gold", labels, "--engine", self.engine]
            command += ["--model", self.model, "--json"]
            environment = {**os.environ, **self.environment}
            scores = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
            if scores.returncode == 0:
                # The types that peers have too: no dates.
                by_type = json.loads(scores.stdout)["entities"]["by_type"]
                scored = [by_type[name] for name in TYPES if name in by_type]
                right, wrong, missed = (sum(counts[key] for counts in scored) for key in ("tp", "fp", "fn"))
                run["f1"][labels.stem] = 200 * right / max(2 * right + wrong + missed, 1)
        return run

    def cold_start(self, articles):
        """Seconds from the command to the files of one article of 400 words."""
        words = " ".join(article["text"] for article in read(articles)).split()
        article = WORK / "one.txt"
        article.write_text(" ".join(words[:400]) + "\n", encoding="utf-8")
        return self.extract(article).get("wall")


class Peer:
    """A peer in Python."""

    def __init__(self, name, args):
        self.name, self.model, self.threads = name, args.models[0], args.threads
        self.work = weights_of(self.model)

    def run(self, articles, gold):
        command = [PYTHON, HERE / "peers.py", self.name, "--model", self.model, "--articles", articles]
        command += ["--threads", self.threads, "--work", self.work, "--gold", *gold]
        return run_process(command, {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"})


class RustBert:
    """rust-bert's own pipeline, which wants `vocab.txt` and weights in fp32."""

    name = "rust-bert-pipeline"

    def __init__(self, args):
        self.model, self.threads = args.models[0], args.threads

    def run(self, articles, gold):
        work = weights_of(self.model)
        folder = work / "rust-bert"
        folder.mkdir(exist_ok=True)
        for file in ("config.json", "model.safetensors"):
            link = folder / file
            link.unlink(missing_ok=True)
            link.symlink_to(work / "names" / file)
        vocabulary = json.loads((self.model / "tokenizer.json").read_text())["model"]["vocab"]
        (folder / "vocab.txt").write_text("".join(f"{t}\n" for t in sorted(vocabulary, key=vocabulary.get)))
        return run_process([RUST_BERT, folder, articles], {"OMP_NUM_THREADS": str(self.threads), "RUST_BACKTRACE": "0"})


def read(articles):
    with open(articles, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcome_of(script, *arguments):
    """What a script prints in the peers' environment; nothing if it fails, or if there is no such environment."""
    if not PYTHON.exists():
        return ""
    command = [PYTHON, HERE / script, *map(str, arguments)]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True)
    return outcome.stdout if outcome.returncode == 0 else ""


def peak(args):
    """GFLOP/s and GOP/s of this machine's matrix multiply in bf16 and int8, by libraries that do it well."""
    outcome = outcome_of("peak.py", args.threads)
    return json.loads(outcome) if outcome else {}


def operations_per_token(model):
    """Of the matrix products with weights: two for each weight of the layers."""
    config = json.loads((model / "config.json").read_text())
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    return 2 * config["num_hidden_layers"] * (4 * hidden * hidden + 2 * hidden * inner)


def tokens(args, articles):
    """Tokens of the articles, padding left out."""
    outcome = outcome_of("peak.py", "tokens", args.models[0], articles)
    return int(outcome) if outcome else None


def machine():
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"processor": names[0].split(":")[1].strip() if names else platform.processor(), "cores": os.cpu_count()}


def growth(contender, articles, args):
    """Words per second against the length and number of articles and the threads."""
    words = " ".join(article["text"] for article in read(articles)).split()
    longest = max(GROWTH_LENGTHS)
    words *= 1 + longest // len(words)
    file = WORK / "growth.jsonl"

    def measure(count, length, threads=None):
        with open(file, "w", encoding="utf-8") as out:
            for number in range(count):
                start = number * length % (len(words) - length + 1)
                text = " ".join(words[start : start + length])
                print(json.dumps({"id": str(number), "text": text}), file=out)
        run = contender.extract(file, threads)
        print(f"growth   {contender.name:32} {count} x {length} words: {run['seconds']:.2f} s", flush=True)
        keys = ("seconds", "wall", "peak_mb", "serial")
        return {"words": count * length} | {key: run[key] for key in keys}

    numbers = []
    for count in GROWTH_NUMBERS:
        numbers.append([count, measure(count, 100)])
        if numbers[-1][1]["wall"] > args.growth_seconds:
            break
    return {
        "name": contender.name,
        "length": [[n, measure(longest // n, n)] for n in GROWTH_LENGTHS],
        "number": numbers,
        "threads": [[n, measure(longest // 500, 500, n)] for n in range(1, args.threads + 1)],
    }


def spread(values):
    """Median and range as text."""
    values = sorted(values)
    if not values:
        return "-"
    return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"


def report(results):
    """The results as tables in Markdown."""
    rounds, words = results["rounds"], results["words"]
    gold = list(dict.fromkeys(name for run in rounds[0]["runs"].values() for name in run.get("f1", {})))

    def of(name, key):
        return [r["runs"][name][key] for r in rounds if r["runs"][name].get(key) is not None]

    def median(values, form="{:,.0f}"):
        return form.format(statistics.median(values)) if values else "-"

    ours, peers = results["ours"], results["peers"]

    def f1(name, labels):
        score = rounds[0]["runs"][name].get("f1", {}).get(labels)
        return "-" if score is None else f"{score:.1f}"

    def table(key, names, title, more):
        """Words for each second of a kind, further columns, and ratios to each of ours."""
        head = ["", title, *more, *(f"{our} is so many times as fast" for our in ours)]
        yield from ("| " + " | ".join(head) + " |", "|---" * len(head) + "|")
        for name in names:
            ratios = []
            for our in ours:
                pairs = [(r["runs"][our].get(key), r["runs"][name].get(key)) for r in rounds]
                ratios.append(spread([theirs / mine for mine, theirs in pairs if mine and theirs]))
            speeds = median([words / seconds for seconds in of(name, key)])
            yield "| " + " | ".join([name, speeds, *(cell(name) for cell in more.values()), *ratios]) + " |"
        yield ""

    more = {
        "peak MB": lambda name: median(of(name, "peak_mb")),
        "start-up s": lambda name: median(of(name, "start_up"), "{:.2f}"),
        **{f"entity F1, {labels}": partial(f1, labels=labels) for labels in gold},
    }
    lines = [
        *table("seconds", ours + peers, "words/s", more),
        *table("processor", ours + peers, "words per processor second", {}),
        *table("network", ours, "words per processor second of the network", {}),
    ]
    notes = []
    for name in ours + peers:
        notes += {f"{name} {run['error']}" for r in rounds if "error" in (run := r["runs"][name])}
    machine = results["machine"]
    loads = [r["load"] for r in rounds]
    notes.append(
        f"{len(rounds)} rounds on {words:,} words, {results['threads']} threads, {machine['cores']} cores of "
        f"{machine['processor']}; load {min(loads):.1f} to {max(loads):.1f}. Medians; ratios with their range."
    )
    for name in ours:
        kind = "int8" if "rten" in name else "bf16"
        shares = [
            100 * results["operations_per_token"][name] * results["tokens"] / r["runs"][name]["seconds"]
            / (r["peak"][kind] * 1e9)
            for r in rounds
            if r["peak"].get(kind) and r["runs"][name].get("seconds") and results["tokens"]
        ]
        peaks = [r["peak"][kind] for r in rounds if r["peak"].get(kind)]
        cold = [r["cold"][name] for r in rounds if r["cold"].get(name)]
        share = f"{spread(shares)} % of this machine's {kind} matrix multiply ({median(peaks)} G/s); " if shares else ""
        notes.append(f"{name}: {share}cold start to the files of one article of 400 words {spread(cold)} s.")
    return "\n".join(lines + [f"- {note}" for note in notes]) + "\n"


if __name__ == "__main__":
    main()
