"""The rules that find relations: list them, read them, run their examples, see what they do on a text.

>>> import triplewire
>>> rules = triplewire.rules.list()
>>> rules[0]["id"].startswith(rules[0]["predicate"])
True
"""

from __future__ import annotations

import json
import os
from typing import Any, List, NamedTuple

from triplewire import _triplewire
from triplewire._options import StrPath, StrPaths, paths

__all__ = ["Tested", "explain", "list", "show", "test"]


class Tested(NamedTuple):
    """How the examples of rules came out."""

    examples: int
    """How many sentences were run."""
    rules: int
    """Of how many rules."""
    failures: List[dict[str, Any]]
    """For each that failed its ``rule``, ``place`` (file and line), ``problem``, ``example`` and ``line`` (what the rule
    saw)."""


def list(rules: StrPaths = (), *, default_rules: bool = True) -> List[dict[str, Any]]:
    """A dict for each rule: ``id``, ``predicate``, ``subject`` and ``object`` (lists of types), ``score`` (from 0 to 1),
    ``file``, ``examples`` (how many).

    Args:
        rules: Rule files, or folders of them, beside the built-in rules.
        default_rules: Whether the built-in rules are there.
    """
    return _triplewire.list_rules(paths(rules), default_rules)


def show(id: str, rules: StrPaths = (), *, default_rules: bool = True) -> str:
    """A rule as it is written (TOML).

    Raises:
        KeyError: If there is no such rule.
    """
    return _triplewire.show_rule(id, paths(rules), default_rules)


def test(file: StrPath | None = None, rules: StrPaths = (), *, default_rules: bool = True) -> Tested:
    """Runs the sentences that rules must and must not fit: those of one file or folder, or of all rules.

    Raises:
        ValueError: If a rule is wrong; the message names file and line.
    """
    one = None if file is None else os.fspath(file)
    return Tested(*_triplewire.test_rules(one, paths(rules), default_rules))


def explain(
    text: str, rules: StrPaths = (), *, model: StrPath | None = None, default_rules: bool = True
) -> dict[str, Any]:
    """What the rules see in a text, and which match: what ``triplewire rules explain --json`` prints.

    Args:
        text: With its names in brackets, or without; then the model finds them.
        rules: Rule files, or folders of them, beside the built-in rules.
        model: As for :class:`triplewire.Extractor`.

    >>> told = explain("[PER Ana Ruiz] is the president of [ORG Acme].")
    >>> [(it["subject"], it["predicate"], it["object"]) for it in told["relations"]]
    [('Ana Ruiz', 'leads', 'Acme')]
    """
    one = None if model is None else os.fspath(model)
    told: dict[str, Any] = json.loads(_triplewire.explain(text, one, paths(rules), default_rules))
    return told
