"""Who is connected to whom in news articles: people, organisations and places, and the relations between them.

>>> import triplewire
>>> extractor = triplewire.Extractor()
>>> result = extractor.extract(["Ana Ruiz, the president of Acme, was born in Lisbon."])
>>> for relation in result.relations:
...     print(relation["subject"], relation["predicate"], relation["object"])
Ana Ruiz leads Acme
Ana Ruiz born_in Lisbon

The tables are Apache Arrow tables that pandas, polars and pyarrow read without copying them; none of these is needed.
"""

from __future__ import annotations

import atexit
from pathlib import Path

from triplewire import _triplewire

# Before anything asks for a model.
_triplewire.look_in(Path(__file__).resolve().parent / "models")
atexit.register(_triplewire.clean_up)

from triplewire import rules  # noqa: E402
from triplewire._evaluate import evaluate  # noqa: E402
from triplewire._extractor import Extractor, TriplewireWarning  # noqa: E402
from triplewire._result import Page, Result, Table  # noqa: E402

__all__ = ["Extractor", "Page", "Result", "Table", "TriplewireWarning", "evaluate", "rules"]
__version__ = _triplewire.__version__
