"""Reads what `triplewire export` writes with the programs that its users read it with.

    TRIPLEWIRE=target/debug/triplewire python tests/export/test_readers.py

exports the bundled articles; with RESULT=DIR, the result in that folder. A test whose reader is not installed is skipped.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import unittest
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIPLEWIRE = os.environ.get("TRIPLEWIRE", str(ROOT / "target" / "debug" / "triplewire"))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the program."""
    command = [TRIPLEWIRE, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Exports(unittest.TestCase):
    """One result, read by every reader."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = Path(cls.folder.name)
        given = os.environ.get("RESULT")
        cls.result = Path(given) if given else cls.out / "result"
        if not given:
            run("extract", ROOT / "seeds", "--out", cls.result, "--engine", "rten", "--quiet")
        cls.triples = rows(cls.result / "triples.csv")
        cls.relations = rows(cls.result / "relations.csv")
        cls.entities = rows(cls.result / "entities.csv")
        cls.edges = [
            row
            for row in cls.triples
            if row["negated"] == "false" and row["object_type"] != "DATE" and row["subject_id"] != row["object_id"]
        ]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def export(self, target: str, name: str, *arguments: object) -> Path:
        """The path of an export."""
        path = self.out / name
        run("export", self.result, "--to", target, "--out", path, *arguments)
        return path

    def test_openpyxl_reads_the_workbook(self) -> None:
        openpyxl = need("openpyxl")
        from openpyxl.cell.rich_text import CellRichText

        path = self.export("xlsx", "result.xlsx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, rich_text=True)
        names = ["Summary", "Triples", "Relations", "Entities", "Articles", "Cooccurrences", "Duplicates"]
        self.assertEqual(book.sheetnames, names)
        self.assertTrue(book["Summary"]._charts)
        sheet = book["Triples"]
        header = [cell.value for cell in sheet[1]]
        self.assertEqual(sorted(header), sorted(self.triples[0]))
        self.assertEqual((sheet.freeze_panes, sheet.max_row), ("B2", len(self.triples) + 1))
        self.assertTrue(sheet.auto_filter.ref)
        column = {name: header.index(name) for name in header}
        coloured = 0
        for cells, row in zip(sheet.iter_rows(min_row=2), self.triples, strict=True):
            value = {name: cells[at].value for name, at in column.items()}
            self.assertEqual(value["score"], float(row["score"]))
            self.assertEqual(value["negated"], row["negated"] == "true")
            self.assertEqual(value["subject_id"], row["subject_id"])
            self.assertFalse([cell for cell in cells if cell.data_type == "f"])
            if len(row["first_date"]) == len("2020-01-01"):
                self.assertIsInstance(value["first_date"], datetime.datetime)
            coloured += isinstance(value["example"], CellRichText)
            link = cells[column["evidence"]].hyperlink
            at = re.fullmatch(r"'Relations'!A(\d+)", link.location)
            evidence = book["Relations"]
            titles = [cell.value for cell in evidence[1]]
            first = dict(zip(titles, (cell.value for cell in evidence[int(at[1])])))
            self.assertEqual(first["predicate"], row["predicate"])
            self.assertEqual({first["subject_id"], first["object_id"]}, {row["subject_id"], row["object_id"]})
        self.assertGreater(coloured, 0.95 * len(self.triples))

    def test_sqlite_has_tables_views_and_search(self) -> None:
        path = self.export("sqlite", "result.sqlite")
        with sqlite3.connect(path) as db:
            ask = lambda query, *values: db.execute(query, values).fetchall()  # noqa: E731
            self.assertEqual(ask("PRAGMA integrity_check"), [("ok",)])
            self.assertEqual(ask("PRAGMA foreign_key_check"), [])
            for table in ["articles", "entities", "relations", "triples", "mentions", "cooccurrences", "duplicates"]:
                found = db.execute(f"SELECT * FROM {table}")
                names = [column[0] for column in found.description]
                with (self.result / f"{table}.csv").open(encoding="utf-8") as file:
                    header = next(csv.reader(file))
                self.assertEqual([name for name in names if name in header], header, table)
                self.assertEqual(len(found.fetchall()), len(rows(self.result / f"{table}.csv")), table)
            best = self.edges[0]
            told = ask("SELECT predicate FROM timeline WHERE entity = ? ORDER BY day", best["subject"])
            self.assertIn((best["predicate"],), told)
            near = ask("SELECT other FROM neighbours WHERE entity_id = ?", best["subject_id"])
            self.assertIn((best["object"],), near)
            other = next(iter(ask("SELECT a, b, shared FROM shared_neighbours LIMIT 1")), None)
            self.assertIsNotNone(other)
            word = re.findall(r"[A-Za-z]{5,}", best["example"])[0]
            hits = ask(
                "SELECT s.sentence FROM sentences_search JOIN sentences s ON sentence_id = sentences_search.rowid "
                "WHERE sentences_search MATCH ?",
                word,
            )
            self.assertTrue(hits and all(word.lower() in sentence.lower() for (sentence,) in hits))
            counted = ask("SELECT count(*) FROM relation_rows WHERE triple_id IS NOT NULL")[0][0]
            self.assertEqual(counted, sum(int(row["evidence"]) for row in self.triples))

    def test_queries_of_the_documentation_run(self) -> None:
        text = (ROOT / "docs/explore.md").read_text(encoding="utf-8")
        queries = [query for block in re.findall(r"```sql\n(.*?)```", text, re.S) for query in block.split(";")]
        queries = [query.strip() for query in queries if query.strip()]
        self.assertGreaterEqual(len(queries), 5)
        path = self.export("sqlite", "queries.sqlite")
        with sqlite3.connect(path) as db:
            for query in queries:
                self.assertTrue(db.execute(query).description, query)
        duckdb = need("duckdb")
        folder = self.export("parquet", "queries")
        db = duckdb.connect()
        for table in folder.glob("*.parquet"):
            db.execute(f"CREATE VIEW {table.stem} AS SELECT * FROM '{table}'")
        for query in queries:
            if not re.search(r"timeline|neighbours|sentences", query):
                db.execute(query).fetchall()

    def test_pandas_reads_the_parquet_tables(self) -> None:
        pandas, _ = need("pandas"), need("pyarrow")
        folder = self.export("parquet", "parquet")
        triples = pandas.read_parquet(folder / "triples.parquet")
        self.assertEqual(len(triples), len(self.triples))
        for name, of in [("score", "float64"), ("articles", "int64"), ("negated", "bool")]:
            self.assertEqual(str(triples[name].dtype), of)
        self.assertEqual(triples["subject"].tolist(), [row["subject"] for row in self.triples])
        dates = triples["event_date"].fillna("").tolist()
        self.assertEqual(dates, [row["event_date"] for row in self.triples])
        entities = pandas.read_parquet(folder / "entities.parquet")
        aliases = [" | ".join(names) for names in entities["aliases"]]
        self.assertEqual(aliases, [row["aliases"] for row in self.entities])
        for table in ["articles", "mentions", "relations", "cooccurrences", "duplicates"]:
            read = pandas.read_parquet(folder / f"{table}.parquet")
            self.assertEqual(len(read), len(rows(self.result / f"{table}.csv")), table)
        articles = pandas.read_parquet(folder / "articles.parquet")
        days = [day for day in articles["day"] if day is not None and day == day]
        self.assertTrue(all(isinstance(day, datetime.date) for day in days))

    def test_networkx_reads_the_graphs(self) -> None:
        networkx = need("networkx")
        gexf = networkx.read_gexf(self.export("gexf", "result.gexf"), version="1.3")
        graphml = networkx.read_graphml(self.export("graphml", "result.graphml"), force_multigraph=True)
        for graph in (gexf, graphml):
            self.assertEqual(graph.number_of_edges(), len(self.edges))
            told = sorted((a, data["predicate"], b) for a, b, data in graph.edges(data=True))
            expected = sorted((row["subject_id"], row["predicate"], row["object_id"]) for row in self.edges)
            self.assertEqual(told, expected)
            first = self.edges[0]
            self.assertEqual(graph.nodes[first["subject_id"]]["label"], first["subject"])
            self.assertEqual(graph.nodes[first["subject_id"]]["type"], first["subject_type"])
        scores = {(a, data["predicate"], b): data["score"] for a, b, data in gexf.edges(data=True)}
        for row in self.edges:
            self.assertEqual(scores[row["subject_id"], row["predicate"], row["object_id"]], float(row["score"]))

    def test_neo4j_tables_fit_their_headers(self) -> None:
        folder = self.export("neo4j", "neo4j")
        entities, relations = rows(folder / "entities.csv"), rows(folder / "relations.csv")
        self.assertEqual(len(relations), len(self.edges))
        ids = {row["entity_id:ID(Entity)"] for row in entities}
        self.assertEqual(len(ids), len(entities))
        articles = {row["article:ID(Article)"] for row in rows(folder / "articles.csv")}
        for row in relations:
            self.assertTrue({row[":START_ID(Entity)"], row[":END_ID(Entity)"]} <= ids)
            self.assertRegex(row[":TYPE"], r"^[A-Z_]+$")
            self.assertNotIn("\n", row["example:string"])
            if row["first_day:date"]:
                datetime.date.fromisoformat(row["first_day:date"])
        for row in rows(folder / "named_in.csv"):
            self.assertTrue(row[":START_ID(Entity)"] in ids and row[":END_ID(Article)"] in articles)

    def test_followthemoney_takes_every_entity(self) -> None:
        need("followthemoney")
        from followthemoney import model

        lines = self.export("ftm", "result.ftm.json").read_text(encoding="utf-8").splitlines()
        entities = {entity["id"]: entity for entity in map(json.loads, lines)}
        self.assertEqual(len(entities), len(lines))
        for entity in entities.values():
            schema = model.get(entity["schema"])
            self.assertIsNotNone(schema)
            schema.validate(entity)
            for name in schema.required:
                self.assertTrue(entity["properties"].get(name), entity)
            for name, values in entity["properties"].items():
                prop = schema.get(name)
                self.assertIsNotNone(prop, f"{entity['schema']} has no {name}")
                for value in values:
                    self.assertIsNotNone(prop.type.clean(value), (name, value))
                    if prop.type.name == "entity":
                        self.assertTrue(model.get(entities[value]["schema"]).is_a(prop.range), (entity, name))
        links = [entity for entity in entities.values() if entity["id"].startswith("link-")]
        self.assertTrue(links and all(link["properties"]["proof"] for link in links))

    def test_filters_hold_everywhere(self) -> None:
        networkx = need("networkx")
        path = self.export("graphml", "some.graphml", "--min-score", "0.8", "--only", "PER,ORG,current")
        graph = networkx.read_graphml(path, force_multigraph=True)
        kinds = {"PER", "ORG"}
        expected = [
            row
            for row in self.edges
            if float(row["score"]) >= 0.8
            and row["status"] == "current"
            and {row["subject_type"], row["object_type"]} <= kinds
        ]
        self.assertEqual(graph.number_of_edges(), len(expected))


def need(name: str):
    """A module, or the test is skipped."""
    try:
        return __import__(name)
    except ImportError as error:
        raise unittest.SkipTest(f"{name} is not installed") from error


if __name__ == "__main__":
    unittest.main()
