"""Keyword arguments as the options of the command, which checks them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Union

#: A path, as a text or not.
StrPath = Union[str, "os.PathLike[str]"]

#: A path or several.
StrPaths = Union[StrPath, Iterable[StrPath]]


def paths(given: StrPaths) -> list[str]:
    """One path or several as a list."""
    several = [given] if isinstance(given, (str, os.PathLike)) else given
    return [os.fspath(path) for path in several]


def options(**given: object) -> list[str]:
    """``min_score=0.5`` is ``--min-score=0.5``, ``no_merge=True`` is ``--no-merge``; each of a list is an option.

    >>> options(threads=2, model=None, no_merge=True, rules=["a.toml", "b.toml"])
    ['--threads=2', '--no-merge', '--rules=a.toml', '--rules=b.toml']
    """
    made = []
    for name, value in given.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            made.append(flag)
        elif isinstance(value, (list, tuple)):
            made += [f"{flag}={member}" for member in value]
        elif value is not None and value is not False:
            made.append(f"{flag}={value}")
    return made
