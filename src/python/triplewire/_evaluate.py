"""Comparison with hand labels."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable
from typing import Any, Union

from triplewire import _triplewire
from triplewire._extractor import TriplewireWarning
from triplewire._options import StrPath, StrPaths, options, paths
from triplewire._result import Result

#: An earlier result, or the folder of one.
Prediction = Union[Result, StrPath]


def evaluate(
    gold: StrPath,
    pred: Prediction | Iterable[Prediction] = (),
    *,
    texts: StrPaths = (),
    articles: StrPath | None = None,
    map: StrPath | None = None,
    gold_entities: bool = False,
    out: StrPath | None = None,
    model: StrPath | None = None,
    engine: str = "auto",
    rules: StrPaths = (),
    default_rules: bool = True,
    aliases: StrPath | None = None,
    threads: int | None = None,
    learned: str | StrPath = "both",
    min_score: float | None = None,
) -> dict[str, Any]:
    """Compares with hand labels, as ``triplewire evaluate --json`` does.

    Args:
        gold: Labels: a file or folder in any format that ``triplewire evaluate --help`` lists.
        pred: A :class:`Result` or the folder of one, or labels in any of these formats; two, to compare them. Without it,
            the gold's own texts are run through the program.
        texts: Where the articles of a folder of CSV labels are, if not in text files beside it.
        articles: Score only these: a text file with an identifier a line.
        map: A TOML file that maps predicates and types to those of the gold.
        gold_entities: Give the rules the names of the gold, so that they are measured alone.
        out: Folder for ``scores.json``, ``errors.csv``, ``report.html`` and ``problems.csv``.
        model, engine, rules, default_rules, aliases, threads, learned, min_score: As for :class:`Extractor`.

    Returns:
        Precision, recall and F1 as fractions of 1, and counts: ``scores["entities"]["micro"]["f1"]``, and so on for
        ``scores["relations"]["strict"]``, ``["boundary"]`` and ``["triples"]``, each with ``micro`` and ``by_type``. A
        fraction of nothing is ``None``.

    Raises:
        ValueError: If an argument or a table is wrong, as the command says it.
        OSError: If a file cannot be read.
    """
    several = [pred] if isinstance(pred, (Result, str, os.PathLike)) else list(pred)
    folders = [os.fspath(one.path if isinstance(one, Result) else one) for one in several]
    given = options(
        gold=os.fspath(gold),
        pred=folders,
        texts=paths(texts),
        articles=articles and os.fspath(articles),
        map=map and os.fspath(map),
        gold_entities=gold_entities,
        out=out and os.fspath(out),
        model=model and os.fspath(model),
        engine=engine,
        rules=paths(rules),
        no_default_rules=not default_rules,
        aliases=aliases and os.fspath(aliases),
        threads=threads,
        learned=os.fspath(learned),
        min_score=min_score,
    )
    said, problems = _triplewire.evaluate(given)
    for problem in problems:
        warnings.warn(problem, TriplewireWarning, stacklevel=2)
    scores: dict[str, Any] = json.loads(said)
    return scores
