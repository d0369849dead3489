"""Extracts from JSON lines or Parquet on a Spark cluster: the tables are those of one run on one machine.

    spark-submit extract.py --input news.jsonl --out tables --work shards --partitions 64

Each partition is a shard of the input. Where the Python package is installed, the workers of Spark extract themselves
(`mapInArrow`), and load the model once; else, or with `--triplewire PROGRAM`, one process of `triplewire extract` reads
each shard from a pipe. Spark runs a task that dies again, from the start of its shard; shards that are
done stay in `--work`, and the same command goes on with the others. At the end `triplewire merge` joins
them. `--work` must be on storage that every worker and the driver see under one path, and so must the program, if it is
one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import uuid
import zlib
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from pyspark import RDD, TaskContext
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import SparkSession
from py4j.protocol import Py4JJavaError

if TYPE_CHECKING:
    from pyarrow import RecordBatch

# What `mapInArrow` needs.
PACKAGES = ("triplewire", "pyarrow", "pandas")

# What `triplewire` exits with: done, and done but some articles were skipped.
DONE = (0, 2)


class Line(NamedTuple):
    """A line of the input, looked at."""

    text: str
    article: str | None
    """The id if the line holds an article, empty if the article has none; else None."""


def refuse_constant(name: str) -> None:
    """To Python, NaN is JSON; to `triplewire` it is not."""
    raise ValueError(name)


def find(held: dict[str, object], wanted: str) -> str:
    """The key that `triplewire` takes for the wanted one: letter case and blanks around it do not matter."""
    if wanted in held:
        return wanted
    return next((key for key in held if key.strip().lower() == wanted.strip().lower()), wanted)


class Keys(NamedTuple):
    """The keys (columns) of an article."""

    id: str
    text: str

    def look_at(self, text: str) -> Line:
        """Whether a line holds an article, which `triplewire` counts, or something it skips."""
        try:
            held = json.loads(text, parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            return Line(text, None)
        if not isinstance(held, dict):
            return Line(text, None)
        body = held.get(find(held, self.text))
        if not isinstance(body, str) or not body.replace("\0", " ").strip():
            return Line(text, None)
        name = held.get(find(held, self.id))
        known = isinstance(name, (str, int, float)) and not isinstance(name, bool)
        return Line(text, str(name).strip() if known else "")

    def call(self, line: str, name: str) -> str:
        """The line with this id."""
        held = json.loads(line)
        return json.dumps(held | {find(held, self.id): name})


class Start(NamedTuple):
    """What comes before a place in the input."""

    lines: int = 0
    articles: int = 0
    checksum: int = 0

    def plus(self, other: Start) -> Start:
        """Both, one behind the other."""
        checksum = zlib.crc32(other.checksum.to_bytes(4, "big"), self.checksum)
        return Start(self.lines + other.lines, self.articles + other.articles, checksum)


def size(lines: Iterable[Line]) -> Start:
    """Lines, articles and a checksum of a partition of the input."""
    total = Start()
    for line in lines:
        total = total.plus(Start(1, line.article is not None, zlib.crc32(line.text.encode())))
    return total


def deal(lines: Iterable[Line], start: Start, keys: Keys, name: str) -> Iterator[tuple[int, tuple[int, str]]]:
    """Each line under the number of its article. What holds no article belongs to the one behind it, and
    blank lines to none. An article without an id is called after its line, as `triplewire` does."""
    article = start.articles
    for number, line in enumerate(lines, start.lines + 1):
        if line.article is None:
            if line.text.strip():
                yield article, (number, line.text)
            continue
        text = line.text if line.article else keys.call(line.text, f"{name}#{number}")
        yield article, (number, text)
        article += 1


class Job(NamedTuple):
    """What every task needs to know."""

    program: str | None
    """None where the workers extract themselves."""
    work: str
    of: int
    options: list[str]

    def folder(self, number: int) -> Path:
        """Where shard `number`, from 1, is written."""
        return Path(self.work).absolute() / f"shard-{number:05}"

    def extract(self, number: int, lines: Iterable[str | None]) -> None:
        """Runs the program on one shard, unless that has been done. Behind the last line stands None: to Python, the
        end of a worker that dies looks like the end of the lines."""
        folder = self.folder(number)
        if folder.exists():
            return
        # What an attempt leaves that dies is never taken for a shard: to the program, the end of its worker
        # is the end of the input.
        attempt = folder.with_name(f"{folder.name}.attempt-{uuid.uuid4().hex}")
        command = [self.program, "extract", "-", "--dealt", "--shard", f"{number}/{self.of}", "--out", str(attempt)]
        process = subprocess.Popen(
            [*command, "--threads", str(TaskContext.get().cpus()), "--quiet", *self.options],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        problems: list[str] = []
        left_early = False

        def listen() -> None:
            with process.stderr:
                problems.extend(process.stderr)

        reader = Thread(target=listen)
        reader.start()
        try:
            for line in lines:
                if line is None:
                    break
                process.stdin.write(line + "\n")
            else:
                raise EOFError(f"shard {number}/{self.of}: the lines ended before their end")
            process.stdin.close()
        except BrokenPipeError:
            left_early = True  # Why it has stopped reading, it says on standard error.
        except BaseException:
            process.kill()
            raise
        finally:
            reader.join()
        if process.wait() not in DONE or left_early:
            shutil.rmtree(attempt, ignore_errors=True)
            said = "".join(problems[-20:]).strip()
            raise RuntimeError(f"shard {number}/{self.of}: triplewire exited with {process.returncode}: {said}")
        self.name(attempt, folder)

    def extract_here(self, number: int, lines: Iterable[str | None]) -> None:
        """The same in this process."""
        from triplewire import Extractor

        folder = self.folder(number)
        if folder.exists():
            return
        attempt = folder.with_name(f"{folder.name}.attempt-{uuid.uuid4().hex}")

        def whole() -> Iterator[bytes]:
            for line in lines:
                if line is None:
                    return
                yield line.encode()
            raise EOFError(f"shard {number}/{self.of}: the lines ended before their end")

        try:
            extractor = Extractor.shared([f"--threads={TaskContext.get().cpus()}", *self.options])
            extractor.extract(whole(), shard=f"{number}/{self.of}").write(attempt)
        except (ValueError, OSError, RuntimeError) as error:
            shutil.rmtree(attempt, ignore_errors=True)
            raise RuntimeError(f"shard {number}/{self.of}: {error}") from error
        self.name(attempt, folder)

    @staticmethod
    def name(attempt: Path, folder: Path) -> None:
        """Gives a whole shard its name."""
        try:
            attempt.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            shutil.rmtree(attempt)  # Another attempt was first.


def read(spark: SparkSession, path: str, keys: Keys) -> RDD[Line]:
    """The lines of the input; those of Parquet are its rows."""
    if path.rstrip("/").endswith(".parquet"):
        texts = spark.read.parquet(path).toJSON()
    else:
        texts = spark.read.text(path).rdd.map(lambda row: row.value)
    return texts.map(keys.look_at)


def refuse(message: str) -> None:
    """Ends the job."""
    sys.exit(f"error: {message}")


def begin(work: Path, described: dict[str, object]) -> None:
    """Refuses to go on with the shards of another job."""
    note = work / "job.json"
    work.mkdir(parents=True, exist_ok=True)
    if note.exists():
        before = json.loads(note.read_text(encoding="utf-8"))
        differing = [key for key in described if before.get(key) != described[key]]
        if differing:
            refuse(
                f"{work} holds shards of another job: it had another {', another '.join(differing)}. "
                "Choose another folder with --work, or delete it"
            )
    else:
        unfinished = note.with_suffix(".part")
        unfinished.write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(note)


def run(spark: SparkSession, args: argparse.Namespace) -> Job:
    """Makes all shards."""
    keys = Keys(args.id_column, args.text_column)
    lines = read(spark, args.input, keys)
    starts = list(accumulate(lines.mapPartitions(lambda part: [size(part)]).collect(), Start.plus, initial=Start()))
    total = starts[-1]
    ids = lines.filter(lambda line: bool(line.article)).map(lambda line: (line.article, 1))
    twice = ids.reduceByKey(int.__add__).filter(lambda counted: counted[1] > 1).take(1)
    if twice:
        name, count = twice[0]
        refuse(f"{count} articles are called {name}. Give each an id of its own, or name another --id-column")
    of = args.partitions
    options = ["--id-column", keys.id, "--text-column", keys.text, *args.options]
    said = subprocess.run([*command(args.triplewire), "--version"], capture_output=True, text=True, check=True)
    version = said.stdout.strip()
    begin(
        Path(args.work),
        {"version": version, "input": list(total), "partitions": of, "options": options},
    )
    name = re.sub(r"(?i)\.(jsonl|ndjson|json|parquet|txt)(\.(gz|zst))?$", "", Path(args.input.rstrip("/")).name)
    job = Job(args.triplewire, args.work, of, options)
    dealt = lines.mapPartitionsWithIndex(lambda index, part: deal(part, starts[index], keys, name))
    # Beyond the number of every article, one for each shard.
    behind = (total.articles // of + 1) * of
    ends = spark.sparkContext.parallelize([(behind + shard, (0, None)) for shard in range(of)], 1)
    placed = dealt.union(ends).map(lambda line: ((line[0], line[1][0]), line[1][1]))
    shards = placed.repartitionAndSortWithinPartitions(of, lambda place: place[0] % of)

    def by_process(index: int, part: Iterable[tuple[tuple[int, int], str | None]]) -> Iterator[int]:
        job.extract(index + 1, (text for _, text in part))
        yield index

    def numbered(
        index: int, part: Iterable[tuple[tuple[int, int], str | None]]
    ) -> Iterator[tuple[int, str | None]]:
        return ((index + 1, text) for _, text in part)

    def here(batches: Iterable[RecordBatch]) -> Iterator[RecordBatch]:
        from pyarrow import RecordBatch, array, int32

        rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns)))
        # Every shard has a line: its end.
        first = next(rows)
        job.extract_here(first[0], (text for _, text in chain([first], rows)))
        yield RecordBatch.from_arrays([array([first[0]], int32())], ["shard"])

    if job.program:
        made = shards.mapPartitionsWithIndex(by_process).count()
    else:
        parts = shards.mapPartitionsWithIndex(numbered).toDF("shard int, line string")
        made = parts.mapInArrow(here, "shard int").count()
    print(f"{total.articles} articles in {made} shards", flush=True)
    return job


def command(program: str | None) -> list[str]:
    """How the program is run on the driver: by itself, or from the package."""
    return [program] if program else [sys.executable, "-m", "triplewire"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", required=True, help="JSON lines (also .gz) or .parquet, a file or a folder")
    parser.add_argument("--out", required=True, help="folder of the tables, which the driver writes")
    parser.add_argument("--overwrite", action="store_true", help="replace a finished result that is in --out")
    parser.add_argument("--work", required=True, help="folder of the shards, on shared storage")
    parser.add_argument("--partitions", type=int, required=True, help="shards, two or more")
    parser.add_argument("--id-column", default="id", help="key or column of the id (default: id)")
    parser.add_argument("--text-column", default="text", help="key or column of the text (default: text)")
    parser.add_argument(
        "--triplewire",
        metavar="PROGRAM",
        help="run this program, a process a shard (default: the Python package, if it, pyarrow and pandas are installed, "
        "else the program triplewire from PATH)",
    )
    parser.add_argument("options", nargs="*", help="more for `triplewire extract`, behind --")
    args = parser.parse_args()
    if args.partitions < 2:
        parser.error("--partitions must be 2 or more; for one, run triplewire itself")
    if not args.triplewire and not all(importlib.util.find_spec(package) for package in PACKAGES):
        args.triplewire = "triplewire"
    if args.triplewire and not shutil.which(args.triplewire):
        refuse(f"there is no program {args.triplewire}. Say with --triplewire where it is")

    if Path(args.out, "run.json").exists() and not args.overwrite:
        refuse(f"{args.out} holds a finished result. Replace it with --overwrite, or choose another folder with --out")

    spark = SparkSession.builder.appName("triplewire").getOrCreate()
    try:
        job = run(spark, args)
    except (CapturedException, Py4JJavaError) as error:
        # Spark wraps what a task says in two stack traces.
        said = re.search(r"RuntimeError: (shard \d+/\d+: .*?)(?:\n\s*\n|\Z)", str(error), re.DOTALL)
        if said:
            refuse(f"{said[1].strip()}\nThe shards that are done are kept in {args.work}: the same command goes on")
        if isinstance(error, Py4JJavaError):
            raise
        refuse(f"{args.input}: {str(error).splitlines()[0]}")
    finally:
        spark.stop()
    # The attempts of tasks that died.
    for attempt in Path(args.work).glob("shard-*.attempt-*"):
        shutil.rmtree(attempt, ignore_errors=True)
    folders = [str(job.folder(number)) for number in range(1, job.of + 1)]
    merge = [*command(args.triplewire), "merge", *folders, "--out", args.out]
    merge += ["--overwrite"] if args.overwrite else []
    sys.exit(subprocess.run(merge, check=False).returncode)


if __name__ == "__main__":
    main()
