"""Values within values, as a frame's cells hold them: the texts in them, and whether one needs a closer look."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aisre_nb.evidence.secret_names import strength

_TELLING = frozenset({"kind", "value", "Value"})
"""Names whose meaning hangs on the names beside them."""


def listed(cell: Any) -> Any:
    """Arrays, and the pairs as which Arrow gives a map, as lists; everything else as it is."""
    if type(cell) is list:
        if cell and type(cell[0]) is tuple:
            return [list(pair) if type(pair) is tuple else pair for pair in cell]
    elif type(cell).__name__ == "ndarray" and hasattr(cell, "tolist"):
        plain = cell.tolist()
        if cell.dtype.kind != "f" or not isinstance(plain, list):
            return plain
        # JSON has no NaN: what is missing is null.
        return [None if isinstance(n, float) and not math.isfinite(n) else n for n in plain]
    return cell


def gather(value: Any, words: set[str], depth: int) -> bool:
    """Collect the texts of a JSON value; False: it needs a closer look."""
    kind = type(value)
    if kind is str:
        words.add(value)
        return True
    if value is None or kind in (bool, int, float):
        return True
    if depth > 8:
        return False
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or key in _TELLING or strength(key):
                return False
            words.add(key)
            if type(inner) is str:
                words.add(inner)
            elif not gather(inner, words, depth + 1):
                return False
        return True
    if kind is list:
        if len(value) == 2 and type(value[0]) is str and strength(value[0]):
            return False
        for inner in value:
            if type(inner) is str:
                words.add(inner)
            elif not gather(inner, words, depth + 1):
                return False
        return True
    import pandas as pd

    if isinstance(value, str):
        words.add(str(value))
        return True
    return isinstance(value, pd.Timestamp | pd.Timedelta | type(pd.NaT)) or (isinstance(value, Mapping) and not value)


def holds(value: Any, texts: set[str]) -> bool:
    """Whether one of the texts is in a value that `gather` went through."""
    if type(value) is dict:
        return not texts.isdisjoint(value) or any(holds(inner, texts) for inner in value.values())
    if type(value) is list:
        return any(holds(inner, texts) for inner in value)
    return isinstance(value, str) and value in texts
