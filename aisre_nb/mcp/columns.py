"""A frame's columns as JSON says them, and back: what a column holds is told beside its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Holds = Literal[
    "time",  # RFC 3339
    "integer",
    "number",  # null: not known
    "boolean",
    "text",
    "json",  # anything, nested values among it
]
_KINDS: Mapping[str, Holds] = {"M": "time", "i": "integer", "u": "integer", "f": "number", "b": "boolean"}


def told(frame: pd.DataFrame) -> dict[str, Holds]:
    """What each column holds."""
    import pandas as pd

    return {
        str(name): "text" if isinstance(dtype, pd.StringDtype) else _KINDS.get(dtype.kind, "json")
        for name, dtype in frame.dtypes.items()
    }


def series(values: Sequence[Any], holds: Any) -> pd.Series[Any]:
    """The column. Raises `ValueError` where a value is none of what it should hold."""
    import pandas as pd

    match holds:
        case "time":
            _all(values, str | None)
            return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601"))
        case "integer":
            _all(values, int)
            return pd.Series(values, dtype="int64")
        case "number":
            _all(values, int | float | None)
            return pd.Series(values, dtype="float64")
        case "boolean":
            if not all(isinstance(value, bool) for value in values):
                raise ValueError("a value is neither true nor false")
            return pd.Series(values, dtype="bool")
        case "text":
            _all(values, str | None)
            return pd.Series(values, dtype="str")
        case "json":
            return pd.Series(values, dtype=object)
        case _:
            raise ValueError(f"it is said to hold {str(holds)[:40]!r}")


def _all(values: Sequence[Any], kind: Any) -> None:
    wrong = next((v for v in values if isinstance(v, bool) or not isinstance(v, kind)), None)
    if wrong is not None or (None in values and not isinstance(None, kind)):
        raise ValueError(f"{str(wrong)[:40]!r} is another kind of value")
