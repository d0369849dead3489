"""From articles to results."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Union

from triplewire import _triplewire
from triplewire._options import StrPath, StrPaths, options, paths
from triplewire._result import Result

#: An article: its text, or a dict with its text under the key ``text`` (``body``, ``content``) and what else is known
#: of it: ``id`` (``url``, ``title``), ``date``, ``title``, ``source``, ``url``; or such a dict as a line of JSON, in bytes.
Article = Union[str, Mapping[str, Any], bytes]


class TriplewireWarning(UserWarning):
    """An article was left out or mended; the warning says which, why, and what to do."""


class Extractor:
    """Model, names and rules, opened once (in a fraction of a second) and used for any number of articles.

    Extractors may be shared by threads, but not by processes forked from the one that opened it.

    Args:
        model: Folder of a model, or a name that ``triplewire model list`` shows; by default the bundled ``newswire``.
            ``newswire-fast`` is bundled too.
        rules: Rule files, or folders of them, used beside the built-in rules.
        aliases: Table of names that mean the same: CSV with the columns ``entity,alias,type,rule``.
        threads: How many articles are worked on at once; by default as many as there are cores.
        engine: What runs the model: ``auto`` or ``rten``.
        default_rules: Whether the built-in rules are used.
        without_rule: Ids of rules to leave out.
        predicates: Look for these only; by default for all.
        min_score: Leave out relations that score less, from 0 to 1.
        learned: What the second reader does: ``both``, ``add``, ``check``, ``off``, or a file of ``triplewire learn``.
        only: Watch list: relations and triples then are those that touch one of it.
        merge: Whether names of one entity are joined across articles.
        keep_duplicates: Whether an article that tells a story again counts like any other.
        article_timeout: Leave out articles that take longer, in seconds on one core.
        max_article_size: Leave out articles whose text has more bytes (UTF-8).
        id_column, text_column, date_column, title_column, source_column: Keys of a dict that hold these, if the usual
            ones do not.

    Raises:
        ValueError: If an argument, a rule or a table is wrong, or there is no such model; as the command says it.
        OSError: If a file cannot be read.

    >>> Extractor(threads=0)
    Traceback (most recent call last):
    ValueError: --threads 0: give a whole number from 1 to 1024
    """

    def __init__(
        self,
        model: StrPath | None = None,
        rules: StrPaths = (),
        aliases: StrPath | None = None,
        threads: int | None = None,
        *,
        engine: str = "auto",
        default_rules: bool = True,
        without_rule: Iterable[str] = (),
        predicates: Iterable[str] = (),
        min_score: float | None = None,
        learned: str | StrPath = "both",
        only: StrPath | None = None,
        merge: bool = True,
        keep_duplicates: bool = False,
        article_timeout: float | None = None,
        max_article_size: int | None = None,
        id_column: str | None = None,
        text_column: str | None = None,
        date_column: str | None = None,
        title_column: str | None = None,
        source_column: str | None = None,
    ) -> None:
        self._open(
            options(
                model=model and os.fspath(model),
                rules=paths(rules),
                aliases=aliases and os.fspath(aliases),
                threads=threads,
                engine=engine,
                no_default_rules=not default_rules,
                without_rule=paths(without_rule),
                predicates=",".join(paths(predicates)) or None,
                min_score=min_score,
                learned=os.fspath(learned),
                only=only and os.fspath(only),
                no_merge=not merge,
                keep_duplicates=keep_duplicates,
                article_timeout=article_timeout,
                max_article_size=max_article_size,
                id_column=id_column,
                text_column=text_column,
                date_column=date_column,
                title_column=title_column,
                source_column=source_column,
            )
        )

    @classmethod
    def from_options(cls, given: Iterable[str]) -> Extractor:
        """Opens by options as ``triplewire extract`` takes them.

        >>> Extractor.from_options(["--engine", "rten", "--threads", "1"])
        Extractor.from_options(['--engine', 'rten', '--threads', '1'])
        """
        extractor = cls.__new__(cls)
        extractor._open(list(given))
        return extractor

    @classmethod
    def shared(cls, given: Iterable[str]) -> Extractor:
        """The same as :meth:`from_options`, opened once in a process for the same options: for functions that a worker of a
        cluster runs again and again.

        >>> Extractor.shared(["--engine=rten"]) is Extractor.shared(["--engine=rten"])
        True
        """
        return opened(os.getpid(), tuple(given))

    def _open(self, given: list[str]) -> None:
        self._options = given
        self._extractor = _triplewire.Extractor(given)

    def __repr__(self) -> str:
        return f"Extractor.from_options({self._options!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Extractor.from_options, (self._options,)

    def extract(self, articles: Iterable[Article], *, shard: str | None = None) -> Result:
        """Extracts from articles: the tables are those of ``triplewire extract`` on the same articles.

        They are taken one by one while earlier ones are worked on, so that a generator may yield more than fits in
        memory. Other Python threads run meanwhile, and Ctrl-C ends it (``KeyboardInterrupt``, no result). Beside the result,
        which is kept in a temporary folder, memory does not grow with their number, but for about 100 bytes each.

        Args:
            articles: Texts, dicts with a text and what else is known, or such dicts as lines of JSON (``bytes``); or a table
                of pandas, polars or pyarrow with such columns. An article without an id is called after its number: ``text#1`` is the first.
            shard: ``"i/n"`` if the articles are those of part i of n of an input: article number i - 1, i - 1 + n, and so
                on. :meth:`Result.write` then writes what ``triplewire merge`` joins.

        Warns:
            TriplewireWarning: For each article that was left out or mended.

        >>> extractor = Extractor()
        >>> articles = [{"id": "a1", "date": "2019-03-29", "text": "Ana Ruiz leads Acme."}]
        >>> result = extractor.extract(articles)
        >>> result.relations.rows()[0]["article"]
        'a1'
        """
        folder, said = self._extractor.extract(rows(articles), shard)
        for line in said:
            warnings.warn(line, TriplewireWarning, stacklevel=2)
        return Result(folder)


@lru_cache(maxsize=2)
def opened(process: int, given: tuple[str, ...]) -> Extractor:
    """The extractor of a process for these options."""
    return Extractor.from_options(given)


def rows(articles: Any) -> Iterable[Article]:
    """The rows of a table as dicts; anything else as it is."""
    given: Iterable[Article] = articles
    if isinstance(articles, (str, bytes, Mapping)):
        raise TypeError(f"give a list of articles, not one {type(articles).__name__}")
    if hasattr(articles, "to_batches"):  # pyarrow
        return (row for batch in articles.to_batches() for row in batch.to_pylist())
    if hasattr(articles, "iter_rows"):  # polars
        given = articles.iter_rows(named=True)
    if hasattr(articles, "itertuples"):  # pandas
        return pandas_rows(articles)
    return given


def pandas_rows(frame: Any) -> Iterator[Article]:
    """The rows of a data frame of pandas."""
    names = [str(name) for name in frame.columns]
    for row in frame.itertuples(index=False, name=None):
        yield dict(zip(names, row))
