"""Compares the job's tables with those of one run on one machine, with a worker killed on the way.

    TRIPLEWIRE=../../target/release/triplewire python test_extract.py

Needs Java 17 and `requirements.txt`; `make test-spark` sees to the latter. TRIPLEWIRE_ARTICLES may name
a JSONL file with the keys id and text; without it, the articles are those of `seeds/`, repeated under other names.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest.mock import patch

import pyspark

import extract

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = Path(os.environ.get("TRIPLEWIRE", ROOT / "target" / "debug" / "triplewire")).resolve()
PACKAGE = all(importlib.util.find_spec(package) for package in extract.PACKAGES)
# Two workers with a core and 1 GiB each.
CLUSTER = "local-cluster[2,1,1024]"
ONE_PROCESS = "local[2]"
# `local-cluster` writes the logs of its workers here.
WORKERS = Path(pyspark.__file__).parent / "work"


def seeds(times: int) -> list[str]:
    """The seeds as JSON lines, `times` over under other names and dates."""
    return [
        json.dumps(
            {"id": f"{text.stem}-{time_}", "date": f"{time_ + 1} March 2019", "text": text.read_text(encoding="utf-8")}
        )
        for time_ in range(times)
        for text in sorted((ROOT / "seeds").glob("*.txt"))
    ]


def articles() -> list[str]:
    """JSON lines with all that may be wrong with them."""
    given = os.environ.get("TRIPLEWIRE_ARTICLES")
    lines = Path(given).read_text(encoding="utf-8").splitlines() if given else seeds(4)
    # The first line of a shard, which says nothing about the others, and one that only Python takes for JSON.
    lines[1:1] = ["[]", '{"id": "nan", "text": "Ana Ruiz visited Lisbon.", "score": NaN}']
    lines[9:9] = ['{"ID": "case", "Text": "Ana Ruiz visited Porto."}', "", "no JSON", '{"id": "empty", "text": " "}', '{"text": "Ana Ruiz, who has no id, visited Lisbon."}']
    return [*lines, "[]"]


class SparkJob(unittest.TestCase):
    """The job against one run."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = Path(folder.name)
        before = set(WORKERS.glob("app-*"))
        self.addCleanup(lambda: [shutil.rmtree(log) for log in set(WORKERS.glob("app-*")) - before])

    def spark(self, master: str, *command: str) -> subprocess.Popen:
        """Starts a Python program on Spark, which logs to `log`."""
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            # So that even a small input is read in several parts.
            "spark.sql.files.maxPartitionBytes": "40000",
        }
        conf = " ".join(f"--conf {key}={value}" for key, value in settings.items())
        environment = os.environ | {
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_SUBMIT_ARGS": f"--master {master} {conf} pyspark-shell",
            "SPARK_LOCAL_DIRS": str(self.scratch / "spark"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        with (self.scratch / "log").open("w") as log:
            # In a session of its own, by which its workers are known.
            running = subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self.scratch,
                start_new_session=True,
            )
        self.addCleanup(lambda: running.poll() is None and os.killpg(running.pid, signal.SIGKILL))
        return running

    def job(self, master: str, source: Path, shards: int, program: Path | None = PROGRAM, *options: str) -> subprocess.Popen:
        """Starts the job on `source`; without a program, by the Python package."""
        return self.spark(
            master,
            *(str(HERE / "extract.py"), "--input", str(source), "--out", str(self.scratch / "many")),
            *("--work", str(self.scratch / "work"), "--partitions", str(shards)),
            *(("--triplewire", str(program)) if program else ()),
            *("--", "--engine", "rten", *options),
        )

    def executors(self, job: subprocess.Popen) -> list[int]:
        """The processes of the job's workers that run tasks."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                executor = b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes()
                if executor and os.getsid(int(process.name)) == job.pid:
                    found.append(int(process.name))
            except OSError:
                pass  # It has ended.
        return found

    def log(self) -> str:
        """What the last program on Spark wrote."""
        return (self.scratch / "log").read_text(encoding="utf-8")

    def write(self, lines: list[str]) -> Path:
        """A file of these articles, and what one run makes of them, in `one`."""
        source = self.scratch / "articles.jsonl"
        source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        extract = ["extract", str(source), "--out", str(self.scratch / "one"), "--engine", "rten", "--quiet"]
        start = time.monotonic()
        code = subprocess.run([PROGRAM, *extract], stderr=subprocess.DEVNULL, check=False).returncode
        self.assertIn(code, (0, 2))
        print(f"one run of {len(lines)} lines: {time.monotonic() - start:.0f} s", flush=True)
        return source

    def assert_same(self) -> None:
        """The tables of the job are those of the one run."""
        tables = sorted(path.name for path in (self.scratch / "one").glob("*.csv"))
        self.assertIn("relations.csv", tables)
        for name in tables:
            one, many = ((self.scratch / folder / name).read_bytes() for folder in ("one", "many"))
            self.assertTrue(one.count(b"\n") > 1 or name == "duplicates.csv", f"{name} is empty")
            self.assertEqual(one, many, f"{name} differs")
        one, many = (json.loads((self.scratch / folder / "run.json").read_text()) for folder in ("one", "many"))
        self.assertEqual(one["counts"], many["counts"])

    @unittest.skipUnless(Path("/proc").is_dir(), "looks for Spark's workers in /proc")
    def test_a_killed_worker_changes_nothing(self) -> None:
        """Every table is the same, byte for byte."""
        self.kill_a_worker(PROGRAM)

    @unittest.skipUnless(Path("/proc").is_dir(), "looks for Spark's workers in /proc")
    @unittest.skipUnless(PACKAGE, "the package triplewire, pyarrow or pandas is not installed")
    def test_package_in_the_workers(self) -> None:
        """Instead of a process a shard; all else is the same."""
        self.kill_a_worker(None)

    @unittest.skipUnless(PACKAGE, "the package triplewire, pyarrow or pandas is not installed")
    def test_package_that_fails_says_why(self) -> None:
        """In the words of the program."""
        source = self.write(seeds(1))
        job = self.job(ONE_PROCESS, source, 2, None, "--rules", "none.toml")
        self.assertEqual(job.wait(), 1, self.log())
        self.assertRegex(self.log(), "error: shard ./2: none.toml: ")
        self.assertEqual(self.job(ONE_PROCESS, source, 2, None).wait(), 1, self.log())
        self.assertIn("holds shards of another job: it had another options", self.log())

    def kill_a_worker(self, program: Path | None) -> None:
        """Runs the job, kills one of its two workers in the middle, and compares."""
        source = self.write(articles())
        start = time.monotonic()
        job = self.job(CLUSTER, source, 6, program)
        # In the middle: a shard is done, and others are at work.
        while job.poll() is None and not list((self.scratch / "work").glob("shard-?????")):
            time.sleep(0.02)
        self.assertIsNone(job.poll(), self.log())
        victims = self.executors(job)
        self.assertEqual(len(victims), 2)
        os.kill(victims[0], signal.SIGKILL)
        self.assertEqual(job.wait(), 2, self.log())
        print(f"the job: {time.monotonic() - start:.0f} s", flush=True)
        self.assertIn("Lost executor", self.log())
        self.assertEqual(len(list((self.scratch / "work").iterdir())), 7, "six shards and job.json")
        self.assert_same()

    def test_lines_that_end_early_make_no_shard(self) -> None:
        """So they do where a worker dies, and Python takes that for their end."""
        job = extract.Job(str(PROGRAM), str(self.scratch), 2, ["--engine", "rten"])
        with patch.object(extract.TaskContext, "get") as task:
            task.return_value.cpus.return_value = 1
            with self.assertRaisesRegex(EOFError, "shard 1/2: the lines ended before their end"):
                job.extract(1, iter(seeds(1)[:2]))
            self.assertFalse(job.folder(1).exists())
            job.extract(1, iter([*seeds(1)[:2], None]))
        self.assertTrue(job.folder(1).exists())

    def test_parquet_gives_the_same(self) -> None:
        """The rows of a Parquet folder are articles in its order."""
        source = self.write(seeds(1))
        parquet = self.scratch / "articles.parquet"
        convert = (
            "import sys; from pyspark.sql import SparkSession; spark = SparkSession.builder.getOrCreate(); "
            "spark.read.json(sys.argv[1]).coalesce(1).write.parquet(sys.argv[2])"
        )
        self.assertEqual(self.spark(ONE_PROCESS, "-c", convert, str(source), str(parquet)).wait(), 0, self.log())
        self.assertEqual(self.job(ONE_PROCESS, parquet, 2).wait(), 0, self.log())
        self.assert_same()

    def test_a_failed_job_says_why_and_is_continued(self) -> None:
        """Shards that are done are kept; those of another job are refused."""
        source = self.write(seeds(1))
        failing = self.scratch / "failing"
        first = self.scratch / "work" / "shard-00001"
        failing.write_text(
            '#!/bin/sh\ncase "$*" in *"--shard 2/3"*)\n'
            f'while [ ! -e "{first}" ]; do sleep 0.1; done; echo "error: the disk is full" >&2; exit 1;; esac\n'
            f'exec "{PROGRAM}" "$@"\n'
        )
        failing.chmod(0o755)
        self.assertEqual(self.job(ONE_PROCESS, source, 3, failing).wait(), 1, self.log())
        self.assertIn("error: shard 2/3: triplewire exited with 1: error: the disk is full\nThe shards", self.log())
        self.assertFalse((self.scratch / "many").exists())
        done = {path: path.stat().st_mtime_ns for path in (self.scratch / "work").glob("shard-?????")}
        self.assertIn(first, done)
        self.assertEqual(self.job(ONE_PROCESS, source, 3).wait(), 0, self.log())
        self.assert_same()
        self.assertEqual(done, {path: path.stat().st_mtime_ns for path in done})

        # What is there already is not replaced.
        self.assertEqual(self.job(ONE_PROCESS, source, 4).wait(), 1)
        self.assertIn("holds a finished result", self.log())
        shutil.rmtree(self.scratch / "many")
        self.assertEqual(self.job(ONE_PROCESS, source, 4).wait(), 1)
        self.assertIn("holds shards of another job: it had another partitions", self.log())
        source.write_text(source.read_text() * 2)
        self.assertEqual(self.job(ONE_PROCESS, source, 3).wait(), 1)
        self.assertIn("2 articles are called ", self.log())


if __name__ == "__main__":
    unittest.main()
