"""What was found."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triplewire import _triplewire
from triplewire._options import StrPath

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

#: Rows of a table that a notebook shows.
SHOWN = 10


class Table:
    """A table in memory, as Apache Arrow lays tables out.

    Whatever knows the Arrow PyCapsule interface reads it where it lies: ``polars.DataFrame(table)``,
    ``pyarrow.table(table)``, ``duckdb.from_arrow(table)``. Without any of them, it can be iterated over.

    >>> table = Extractor().extract(["Ana Ruiz leads Acme."]).mentions
    >>> len(table), table.column_names[:3]
    (2, ['article', 'start', 'end'])
    >>> [(row["text"], row["start"], row["end"]) for row in table]
    [('Ana Ruiz', 0, 8), ('Acme', 15, 19)]
    """

    def __init__(self, table: _triplewire.Table, name: str) -> None:
        self._table = table
        self._name = name

    @property
    def column_names(self) -> list[str]:
        """The names of its columns, in their order."""
        return self._table.column_names

    @property
    def num_rows(self) -> int:
        """How many rows it has."""
        return self._table.num_rows

    def __len__(self) -> int:
        return self._table.num_rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._table.rows())

    def rows(self, most: int | None = None) -> list[dict[str, Any]]:
        """The rows, or the first so many, as dicts: numbers, ``bool``, ``str``, lists of ``str``, ``datetime.date`` and,
        where nothing is known, ``None``."""
        return self._table.rows(most)

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas, which needs pyarrow for it."""
        return self.to_pyarrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars."""
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> pyarrow.Table:
        """A table of pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def __arrow_c_schema__(self) -> object:
        return self._table.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<{self._name}: {len(self)} rows of {', '.join(self.column_names)}>"

    def _repr_html_(self) -> str:
        def line(tag: str, cells: list[Any]) -> str:
            texts = ("" if cell is None else html.escape(str(cell)) for cell in cells)
            return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"

        body = "".join(line("td", list(row.values())) for row in self.rows(SHOWN))
        more = f"<p>{len(self)} rows in all</p>" if len(self) > SHOWN else ""
        return f"<table>{line('th', list(self.column_names))}{body}</table>{more}"


class Page(str):
    """A page of HTML in one piece, which a notebook shows."""

    def save(self, path: StrPath) -> Path:
        """Writes it to a file, to open in a browser."""
        file = Path(path)
        file.write_text(self, encoding="utf-8")
        return file

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{html.escape(self)}" width="100%" height="700" style="border:0"></iframe>'


class Result:
    """What was found in articles, kept in a temporary folder until the result goes away.

    The tables have the rows of the command's files in their order, and the types of ``triplewire export --to parquet``.
    ``start`` and ``end`` count Unicode characters (code points) of the article's text from 0, ``end`` one past the last;
    scores go from 0 to 1; dates stand as exactly as they are known (``2017-07``), beside them, in the columns with ``day``
    in their names, their first day.

    >>> result = Extractor().extract(["Ana Ruiz, the president of Acme, was born in Lisbon."])
    >>> result
    <Result: 1 articles, 3 mentions, 2 relations, 2 triples>
    >>> [(row["subject"], row["predicate"], row["object"]) for row in result.triples]
    [('Ana Ruiz', 'leads', 'Acme'), ('Ana Ruiz', 'born_in', 'Lisbon')]
    """

    def __init__(self, folder: _triplewire.Folder) -> None:
        self._folder = folder

    def _table(self, name: str) -> Table:
        return Table(self._folder.table(name), name)

    @cached_property
    def articles(self) -> Table:
        """An article a row: ``article, date, day, title, source, url, words, mentions, relations, duplicate_of``."""
        return self._table("articles")

    @cached_property
    def mentions(self) -> Table:
        """A mention of an entity a row: ``article, start, end, text, type, score, entity_id, entity, sentence``."""
        return self._table("mentions")

    @cached_property
    def entities(self) -> Table:
        """An entity a row: ``entity_id, entity, type, mentions, articles, aliases, external_id, first_date, first_day,
        last_date, last_day``."""
        return self._table("entities")

    @cached_property
    def relations(self) -> Table:
        """A piece of evidence a row: ``article, subject, subject_type, predicate, object, object_type, score, negated,
        certainty, attributed_to, sentence, rule, subject_start, subject_end, object_start, object_end, status, event_date,
        event_day, date, day, subject_id, object_id``."""
        return self._table("relations")

    @cached_property
    def triples(self) -> Table:
        """A distinct triple a row: ``subject, subject_type, predicate, object, object_type, articles, evidence, score,
        negated, first_article, example, certainty, sources, status, first_date, first_day, last_date, last_day, event_date,
        event_day, subject_id, object_id``."""
        return self._table("triples")

    @cached_property
    def cooccurrences(self) -> Table:
        """A pair of entities that share sentences in which no rule connects them a row: ``subject, subject_type, object,
        object_type, articles, sentences, pmi`` (pointwise mutual information in bits)."""
        return self._table("cooccurrences")

    @cached_property
    def duplicates(self) -> Table:
        """An article that tells a story again a row: ``article, duplicate_of, similarity`` (the share of three-word
        sequences that both have)."""
        return self._table("duplicates")

    @cached_property
    def run(self) -> dict[str, Any]:
        """What was run, as in ``run.json``: version, model, engine, counts, seconds, and what was left out and why."""
        run: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        return run

    @property
    def path(self) -> Path:
        """The temporary folder with its files."""
        return Path(self._folder.path)

    def write(self, folder: StrPath, overwrite: bool = False) -> list[Path]:
        """Writes the files that the command writes (``articles.csv``, ``relations.csv``, ``run.json``, ...), and returns
        where they are. A result that is there already stays, unless ``overwrite``.

        Raises:
            ValueError: If there is a result already.
            OSError: If the folder cannot be written to.
        """
        return [Path(file) for file in self._folder.write(os.fspath(folder), overwrite)]

    def view(self) -> Page:
        """The page to explore it, as ``triplewire view`` makes it; a notebook shows it."""
        return Page(self._folder.view())

    def __repr__(self) -> str:
        counts = self.run["counts"]
        parts = [
            f"{counts['articles']} articles",
            f"{sum(counts['mentions'].values())} mentions",
            f"{sum(counts['relations'].values())} relations",
            f"{counts['triples']} triples",
        ]
        return f"<Result: {', '.join(parts)}>"
