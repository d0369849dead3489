"""The Python module, as it is installed.

    TRIPLEWIRE=target/release/triplewire python -m unittest discover tests/python

compares with that program. `make test-wheel` sees to the rest. A test whose package is not installed is skipped.
"""

from __future__ import annotations

import datetime
import doctest
import importlib.util
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from pathlib import Path

import triplewire
import triplewire._evaluate
import triplewire._extractor
import triplewire._options
import triplewire._result

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("TRIPLEWIRE", ROOT / "target" / "debug" / "triplewire")).resolve()

EXTRACTOR = triplewire.Extractor(engine="rten")


def seeds() -> list[dict[str, str]]:
    """The bundled articles, with an id, a date and an outlet."""
    texts = sorted((ROOT / "seeds").glob("*.txt"))
    return [
        {"id": text.stem, "date": f"{day} March 2019", "source": "Daily", "text": text.read_text(encoding="utf-8")}
        for day, text in enumerate(texts, 1)
    ]


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of a result."""
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def needs(package: str):
    """Skips a test without this package."""
    return unittest.skipUnless(importlib.util.find_spec(package), f"{package} is not installed")


class Scratch(unittest.TestCase):
    """With a folder to write to."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = Path(folder.name)

    def command(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Runs the program."""
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    def python(self, program: str, **options: object) -> subprocess.Popen[str]:
        """Starts a Python program, with its temporary files in `tmp`."""
        (self.scratch / "tmp").mkdir(exist_ok=True)
        environment = os.environ | {"TMPDIR": str(self.scratch / "tmp"), "TEMP": str(self.scratch / "tmp")}
        command = [sys.executable, "-c", program]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, **options)


class AloneExtraction(Scratch):
    """From articles to results; needs no other package."""

    def test_files_are_those_of_the_command(self) -> None:
        """Byte for byte, for the same articles."""
        lines = self.scratch / "articles.jsonl"
        lines.write_text("".join(json.dumps(article) + "\n" for article in seeds()), encoding="utf-8")
        ended = self.command("extract", lines, "--out", self.scratch / "command", "--engine", "rten", "--quiet")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        written = EXTRACTOR.extract(seeds()).write(self.scratch / "module")
        self.assertEqual(tables(self.scratch / "module"), tables(self.scratch / "command"))
        self.assertIn(self.scratch / "module" / "relations.csv", written)
        runs = [json.loads((self.scratch / it / "run.json").read_text()) for it in ("module", "command")]
        for same in ("counts", "inputs", "model", "rules_hash", "aliases_hash", "version"):
            self.assertEqual(runs[0][same], runs[1][same])

    def test_rows_are_those_of_the_files(self) -> None:
        """In their order, typed."""
        result = EXTRACTOR.extract(seeds())
        result.write(self.scratch / "out")
        import csv

        for name in ("articles", "mentions", "entities", "relations", "triples", "cooccurrences", "duplicates"):
            table = getattr(result, name)
            with (self.scratch / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual(len(table), len(rows))
            for row, written in zip(table, rows):
                for column, text in written.items():
                    value = row[column]
                    if isinstance(value, list):
                        self.assertEqual(" | ".join(value), text)
                    elif isinstance(value, float):
                        self.assertEqual(value, float(text))
                    else:
                        said = "" if value is None else str(value)
                        self.assertEqual(said.lower() if isinstance(value, bool) else said, text)
        self.assertEqual(result.articles.rows(1)[0]["day"], datetime.date(2019, 3, 1))

    def test_articles_are_taken_one_by_one(self) -> None:
        """By the thread that asked, while earlier ones are worked on."""
        threads = set()

        def articles():
            for article in seeds() * 3:
                threads.add(threading.get_ident())
                yield article["text"]

        with self.assertWarns(triplewire.TriplewireWarning) as warned:
            EXTRACTOR.extract([{"id": "a", "text": "Ana Ruiz left."}, {"id": "a", "text": "Ana Ruiz left."}])
        self.assertIn("another article is already called a", str(warned.warning))
        result = EXTRACTOR.extract(articles())
        self.assertEqual(len(result.articles), 30)
        self.assertEqual(result.articles.rows(1)[0]["article"], "text#1")
        self.assertEqual(threads, {threading.get_ident()})

    def test_other_threads_run_meanwhile(self) -> None:
        """The lock of the interpreter is released."""
        ended = threading.Event()
        ticks = []

        def tick() -> None:
            while not ended.wait(0.01):
                ticks.append(time.monotonic())

        ticking = threading.Thread(target=tick)
        ticking.start()
        start = time.monotonic()
        results = []
        others = [threading.Thread(target=lambda: results.append(EXTRACTOR.extract(seeds()))) for _ in range(2)]
        for other in others:
            other.start()
        for other in others:
            other.join()
        took = time.monotonic() - start
        ended.set()
        ticking.join()
        self.assertEqual(results[0].triples.rows(), results[1].triples.rows())
        self.assertGreater(len(ticks), min(5, took / 0.1))

    def test_values_that_are_no_texts(self) -> None:
        """Dates, numbers, and what data frames put where nothing is known."""
        nothing = float("nan")
        articles = [
            {"id": 7, "date": datetime.date(2019, 3, 29), "title": nothing, "text": "Ana Ruiz left."},
            {"id": "b", "date": datetime.datetime(2019, 3, 30, 12), "source": None, "text": "Ana Ruiz left again."},
        ]
        rows = EXTRACTOR.extract(articles).articles.rows()
        lines = [json.dumps(article, default=str).replace("NaN", "null").encode() for article in articles]
        self.assertEqual(EXTRACTOR.extract(lines).articles.rows(), rows)
        with self.assertRaisesRegex(ValueError, "no line end"):
            EXTRACTOR.extract([b"\n".join(lines)])
        self.assertEqual([row["article"] for row in rows], ["7", "b"])
        self.assertEqual([row["date"] for row in rows], ["2019-03-29", "2019-03-30"])
        self.assertEqual([row["title"] for row in rows], [None, None])

    def test_half_an_emoji_is_one_character(self) -> None:
        """Places are code points of the text that was given."""
        text = "\ud83d Barack Obama met Angela Merkel in Berlin."
        mentions = EXTRACTOR.extract([text, {"text": text}]).mentions.rows()
        found = {(row["start"], row["end"]) for row in mentions if row["text"] == "Barack Obama"}
        self.assertEqual(found, {(text.index("Barack"), text.index(" met"))})

    def test_no_article_gives_no_rows(self) -> None:
        """The tables have their columns."""
        result = EXTRACTOR.extract([])
        self.assertEqual(len(result.triples), 0)
        self.assertIn("predicate", result.triples.column_names)
        self.assertEqual(result.triples.rows(), [])
        self.assertEqual(triplewire.Extractor(engine="rten", keep_duplicates=True).extract([]).duplicates.rows(), [])

    def test_what_is_skipped_is_said(self) -> None:
        """As a warning, in the words of the command."""
        with self.assertWarnsRegex(triplewire.TriplewireWarning, "^skipped: the articles, line 2: the text is empty"):
            result = EXTRACTOR.extract(["Ana Ruiz left.", " "])
        self.assertEqual(len(result.run["skipped"]), 1)
        with self.assertWarnsRegex(triplewire.TriplewireWarning, "`text` is a list, not a text"):
            EXTRACTOR.extract([{"text": ["no"]}])

    def test_what_is_no_article(self) -> None:
        """Is refused at once, and so is one text alone."""
        with self.assertRaisesRegex(TypeError, "give a list of articles, not one str"):
            EXTRACTOR.extract("Ana Ruiz left.")
        with self.assertRaisesRegex(TypeError, "an article is a str or a dict with the key `text`, not int"):
            EXTRACTOR.extract([1])

    def test_errors_of_the_articles_are_raised(self) -> None:
        """And nothing is left of the run."""

        def articles():
            yield "Ana Ruiz left."
            raise LookupError("the connection is gone")

        with self.assertRaisesRegex(LookupError, "the connection is gone"):
            EXTRACTOR.extract(articles())

    def test_errors_have_the_words_of_the_command(self) -> None:
        """As exceptions of Python."""
        (self.scratch / "bad.toml").write_text("[[rule]]\nid = 'works_for/x'\n", encoding="utf-8")
        cases = [
            (["--model", "nonesuch"], {"model": "nonesuch"}, ValueError),
            (["--rules", self.scratch / "bad.toml"], {"rules": self.scratch / "bad.toml"}, ValueError),
            (["--rules", "no.toml"], {"rules": "no.toml"}, FileNotFoundError),
            (["--aliases", "no.csv"], {"aliases": "no.csv"}, FileNotFoundError),
            (["--predicates", "sings"], {"predicates": ["sings"]}, ValueError),
        ]
        for options, arguments, kind in cases:
            with self.subTest(arguments):
                said = self.command("extract", ROOT / "seeds", "--out", self.scratch / "out", *options).stderr
                with self.assertRaises(kind) as raised:
                    triplewire.Extractor(**arguments)
                # The installed package has a place for models of its own.
                words = [text.split(" here or in ")[0] for text in (str(raised.exception), said.strip())]
                # A line on a terminal ends with a full stop.
                self.assertEqual(f"error: {words[0].removesuffix('.')}", words[1].removesuffix("."))

    def test_a_result_is_not_replaced(self) -> None:
        """Unless somebody says so."""
        out = self.scratch / "out"
        EXTRACTOR.extract(["Ana Ruiz left."]).write(out)
        result = EXTRACTOR.extract(["Ana Ruiz met Bo Berg."])
        with self.assertRaisesRegex(ValueError, "holds a finished result"):
            result.write(out)
        result.write(out, overwrite=True)
        self.assertIn(b"Bo Berg", (out / "mentions.csv").read_bytes())

    def test_a_result_cleans_up(self) -> None:
        """When nobody holds it any more."""
        result = EXTRACTOR.extract(["Ana Ruiz left."])
        path, mentions = result.path, result.mentions
        self.assertTrue(path.is_dir())
        del result
        self.assertFalse(path.exists())
        self.assertEqual(mentions.rows()[0]["text"], "Ana Ruiz")

    def test_the_page(self) -> None:
        """Is that of the command, in a frame."""
        result = EXTRACTOR.extract(seeds())
        page = result.view()
        self.assertTrue(page.save(self.scratch / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>"))
        # Nor is the name of a temporary folder in it.
        self.assertNotIn(result.path.parent.name, page)
        self.assertRegex(page._repr_html_(), '^<iframe srcdoc="&lt;!doctype html&gt;')
        table = EXTRACTOR.extract(["<b>Ana Ruiz</b> left."]).mentions
        self.assertIn("<th>article</th>", table._repr_html_())
        self.assertNotIn("<b>", table._repr_html_())

    def test_shards_are_merged(self) -> None:
        """To what one run gives."""
        EXTRACTOR.extract(seeds()).write(self.scratch / "whole")
        for part in (1, 2):
            result = EXTRACTOR.extract(seeds()[part - 1 :: 2], shard=f"{part}/2")
            result.write(self.scratch / f"part{part}")
        parts = [self.scratch / "part1", self.scratch / "part2"]
        merged = self.command("merge", *parts, "--out", self.scratch / "merged")
        self.assertEqual(merged.returncode, 0, merged.stderr)
        self.assertEqual(tables(self.scratch / "merged"), tables(self.scratch / "whole"))
        with self.assertRaisesRegex(ValueError, "give i/n"):
            EXTRACTOR.extract([], shard="3/2")

    def test_rules_and_names_of_the_user(self) -> None:
        """Are used; options may be given as the command takes them."""
        rule = '[[rule]]\nid = "works_for/envoy"\npattern = "OBJ envoy SUBJ"\nscore = 0.99\n'
        rule += 'yes = ["[ORG United Nations] envoy [PER Ana Ruiz] arrived."]\nno = ["[PER Ana Ruiz] met [ORG Acme]."]\n'
        rules = self.scratch / "my.toml"
        rules.write_text(rule, encoding="utf-8")
        names = self.scratch / "names.csv"
        names.write_text("entity,alias,type,rule\nBo Berg,the Rake,PER,same\n", encoding="utf-8")
        extractor = triplewire.Extractor(rules=rules, aliases=names, threads=1, engine="rten", min_score=0.0)
        again = pickle.loads(pickle.dumps(extractor))
        self.assertEqual(repr(again), repr(extractor))
        found = again.extract(["United Nations envoy Ana Ruiz arrived. Bo Berg, called the Rake, left."])
        self.assertIn("works_for/envoy", [row["rule"] for row in found.relations])
        self.assertEqual(found.run["threads"], 1)
        self.assertEqual([triplewire.rules.test(rules).failures, triplewire.rules.test(rules).rules], [[], 1])
        self.assertIn("OBJ envoy SUBJ", triplewire.rules.show("works_for/envoy", rules))
        with self.assertRaisesRegex(ValueError, "--view goes with the command"):
            triplewire.Extractor.from_options(["--view"])

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_fork_is_told(self) -> None:
        """It has not the threads."""
        program = (
            "import os, sys, triplewire\n"
            "extractor = triplewire.Extractor(engine='rten')\n"
            "if os.fork() == 0:\n"
            "    try: extractor.extract(['Ana Ruiz left.'])\n"
            "    except RuntimeError as error: print(error, flush=True)\n"
            "    os._exit(0)\n"
            "os.wait()\n"
        )
        out, _ = self.python(program).communicate(timeout=60)
        self.assertIn("opened in another process", out)


@unittest.skipIf(os.name == "nt", "Ctrl-C is sent in another way there")
class AloneInterrupted(Scratch):
    """Ctrl-C."""

    def interrupted(self, program: str) -> tuple[int, str]:
        """Sends Ctrl-C to a program when it prints a line; returns its exit code and what it printed then."""
        # A shell lets what it starts in the background ignore Ctrl-C, and the tests with it.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        running = self.python(program, cwd=self.scratch)
        signal.signal(signal.SIGINT, before)
        self.addCleanup(running.kill)
        self.assertEqual(running.stdout.readline(), "now\n")
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        start = time.monotonic()
        out, error = running.communicate(timeout=60)
        self.assertLess(time.monotonic() - start, 20)
        return running.returncode, out + error

    def test_ends_an_extraction(self) -> None:
        """Soon, with no result and no file left."""
        code, said = self.interrupted(
            "import triplewire\n"
            "extractor = triplewire.Extractor(engine='rten')\n"
            "def articles():\n"
            "    print('now', flush=True)\n"
            "    while True: yield 'Ana Ruiz, the president of Acme, met Bo Berg in Lisbon.'\n"
            "try: extractor.extract(articles())\n"
            "except KeyboardInterrupt: print('interrupted')\n"
        )
        self.assertEqual((code, said), (0, "interrupted\n"))
        self.assertEqual(list((self.scratch / "tmp").iterdir()), [])

    def test_ends_the_command(self) -> None:
        """Also one that has no handler of its own."""
        os.mkfifo(self.scratch / "gold.jsonl")
        code, _ = self.interrupted(
            "import sys, threading, triplewire._command as command\n"
            "sys.argv = ['triplewire', 'evaluate', '--gold', 'gold.jsonl']\n"
            "print('now', flush=True)\n"
            "command.main()\n"
        )
        self.assertEqual(code, -signal.SIGINT)


class AloneEvaluation(Scratch):
    """Comparison with hand labels, and rules."""

    def test_scores_are_those_of_the_command(self) -> None:
        """All of them."""
        gold = ROOT / "seeds" / "labels"
        said = self.command("evaluate", "--gold", gold, "--json", "--engine", "rten")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", triplewire.TriplewireWarning)
            scores = triplewire.evaluate(gold, engine="rten")
        self.assertEqual(scores, json.loads(said.stdout))
        self.assertGreater(scores["entities"]["micro"]["f1"], 0.5)

    def test_a_result_is_scored(self) -> None:
        """As a folder is."""
        result = EXTRACTOR.extract(seeds())
        result.write(self.scratch / "out")
        gold = ROOT / "seeds" / "labels"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", triplewire.TriplewireWarning)
            self.assertEqual(triplewire.evaluate(gold, result), triplewire.evaluate(gold, self.scratch / "out"))
            both = triplewire.evaluate(gold, [result, self.scratch / "out"], out=self.scratch / "scores")
        self.assertIn("comparison", both)
        self.assertTrue((self.scratch / "scores" / "report.html").exists())
        with self.assertRaises((ValueError, OSError)):
            triplewire.evaluate(self.scratch / "none")

    def test_rules(self) -> None:
        """Are listed as the command lists them."""
        said = self.command("rules", "list").stdout.splitlines()[1:]
        rules = triplewire.rules.list()
        self.assertEqual([line.split()[0] for line in said], [rule["id"] for rule in rules])
        self.assertEqual(triplewire.rules.list(default_rules=False), [])
        with self.assertRaisesRegex(KeyError, "there is no rule `no/rule`"):
            triplewire.rules.show("no/rule")
        text = "[PER Ana Ruiz] leads [ORG Acme]."
        said = self.command("rules", "explain", text, "--json").stdout
        self.assertEqual(triplewire.rules.explain(text), json.loads(said))


class AlonePackage(unittest.TestCase):
    """What a package should have."""

    def test_docstrings_run(self) -> None:
        """Every example gives what it says."""
        modules = [
            triplewire,
            triplewire.rules,
            triplewire._evaluate,
            triplewire._extractor,
            triplewire._options,
            triplewire._result,
        ]
        for module in modules:
            with self.subTest(module.__name__):
                tested = doctest.testmod(module, extraglobs={"Extractor": triplewire.Extractor})
                self.assertEqual(tested.failed, 0)

    def test_the_page_of_the_documentation_runs(self) -> None:
        """In a folder like the project's, in one go."""
        page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
        blocks = re.findall(r"(?:<!-- (not run)[^\n]*-->\n)?```python\n(.*?)```", page, re.DOTALL)
        program = "\n".join(code for not_run, code in blocks if not not_run)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(ROOT / "seeds", Path(folder) / "seeds")
            ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=folder)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertTrue((Path(folder) / "from-python" / "triples.csv").exists())
        printed = re.search(r"```text\n(.*?)```", page, re.DOTALL)[1]
        self.assertTrue(ran.stdout.startswith(printed), ran.stdout)

    def test_everything_public_is_documented(self) -> None:
        """Classes, functions, methods and properties."""
        for name in triplewire.__all__:
            thing = getattr(triplewire, name)
            self.assertTrue(thing.__doc__, name)
            members = getattr(thing, "__all__", vars(thing))
            for member in members:
                value = vars(thing)[member]
                if not member.startswith("_") and (callable(value) or hasattr(value, "__get__")):
                    self.assertTrue(value.__doc__, f"{name}.{member}")

    def test_versions_are_one(self) -> None:
        """Of command and module."""
        said = subprocess.run([sys.executable, "-m", "triplewire", "--version"], capture_output=True, text=True)
        self.assertEqual((said.returncode, said.stdout), (0, f"triplewire {triplewire.__version__}\n"))
        wrong = subprocess.run([sys.executable, "-m", "triplewire", "extract"], capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 1)

    def test_it_needs_no_libtorch(self) -> None:
        """And says so to whoever asks for the engine that does."""
        with self.assertRaisesRegex(ValueError, "this build has no rust-bert engine"):
            triplewire.Extractor(engine="rust-bert").extract(["Ana Ruiz left."])

    def test_models_come_with_it(self) -> None:
        """And are found before any other."""
        listed = subprocess.run(
            [sys.executable, "-m", "triplewire", "model", "list"], capture_output=True, text=True, cwd=tempfile.gettempdir()
        )
        package = Path(triplewire.__file__).resolve().parent
        self.assertTrue(listed.stdout.startswith(str(package / "models" / "newswire")), listed.stdout)

    @needs("mypy")
    def test_types(self) -> None:
        """The stubs are those of the extension, and the package passes the checker."""
        for command in (
            ["mypy.stubtest", "triplewire._triplewire", "--ignore-missing-stub"],
            ["mypy", "--strict", "--ignore-missing-imports", "-p", "triplewire"],
        ):
            checked = subprocess.run(
                [sys.executable, "-m", *command], capture_output=True, text=True, cwd=tempfile.gettempdir()
            )
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


class Readers(unittest.TestCase):
    """Tables in other packages."""

    result: triplewire.Result

    @classmethod
    def setUpClass(cls) -> None:
        cls.result = EXTRACTOR.extract(seeds())

    @needs("pyarrow")
    def test_pyarrow(self) -> None:
        """Reads the memory of the table, and its types."""
        import pyarrow

        for name in ("articles", "mentions", "entities", "relations", "triples", "cooccurrences", "duplicates"):
            table = getattr(self.result, name)
            read = pyarrow.table(table)
            read.validate(full=True)
            self.assertEqual(read.to_pylist(), table.rows())
        first, second = (pyarrow.table(self.result.mentions)["sentence"].chunk(0).buffers() for _ in range(2))
        self.assertEqual([it.address for it in first if it], [it.address for it in second if it])
        schema = pyarrow.schema(self.result.triples)
        self.assertEqual(schema.field("sources").type.value_type, pyarrow.string())
        self.assertEqual(schema.field("first_day").type, pyarrow.date32())
        self.assertEqual(schema.field("articles").type, pyarrow.int64())
        self.assertEqual(schema.field("negated").type, pyarrow.bool_())

    @needs("polars")
    def test_polars(self) -> None:
        """Reads them, and gives articles."""
        import polars

        frame = polars.DataFrame(self.result.relations)
        self.assertEqual(frame.to_dicts(), self.result.relations.rows())
        self.assertEqual(self.result.triples.to_polars().height, len(self.result.triples))
        again = EXTRACTOR.extract(polars.DataFrame(seeds()))
        self.assertEqual(again.triples.rows(), self.result.triples.rows())

    @needs("pandas")
    @needs("pyarrow")
    def test_pandas(self) -> None:
        """Reads them, and gives articles."""
        import pandas

        frame = self.result.relations.to_pandas()
        self.assertEqual(list(frame.columns), self.result.relations.column_names)
        self.assertEqual(list(frame["subject"]), [row["subject"] for row in self.result.relations])
        if hasattr(pandas.DataFrame, "from_arrow"):
            self.assertTrue(pandas.DataFrame.from_arrow(self.result.entities)["entity"].notna().all())
        articles = pandas.DataFrame(seeds()).assign(title=None)
        articles["date"] = pandas.to_datetime(articles["date"])
        self.assertEqual(EXTRACTOR.extract(articles).triples.rows(), self.result.triples.rows())
        texts = EXTRACTOR.extract(articles["text"])
        self.assertEqual(len(texts.articles), len(articles))

    @needs("pyarrow")
    def test_a_table_of_articles(self) -> None:
        """Of pyarrow."""
        import pyarrow

        again = EXTRACTOR.extract(pyarrow.Table.from_pylist(seeds()))
        self.assertEqual(again.triples.rows(), self.result.triples.rows())


if __name__ == "__main__":
    unittest.main()
