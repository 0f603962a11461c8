"""A stable hash of what a call returned."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def digest(query: str, frame: pd.DataFrame | None, facts: Mapping[str, Any]) -> str:
    """SHA-256 over query, facts and frame; equal for equal results, whatever the order of a dict's keys.

    A frame's index is left out, and so is the unit in which its times are kept.
    """
    whole = hashlib.sha256(query.encode("utf-8", "surrogatepass"))
    whole.update(b"\0" + canonical(facts).encode())
    if frame is not None:
        whole.update(canonical([str(column) for column in frame.columns]).encode())
        for place in range(frame.shape[1]):
            whole.update(_hashed(frame.iloc[:, place]))
    return whole.hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys; what is no JSON becomes its text."""
    return json.dumps(plain_json(value), sort_keys=True, separators=(",", ":"), default=str)


def plain_json(value: Any) -> Any:
    """Keys are texts, sets are sorted, numpy's values are Python's."""
    if isinstance(value, float):
        # JSON has no NaN: what is missing is null.
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((plain_json(inner) for inner in value), key=str)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return plain_json(value.tolist()) if hasattr(value, "tolist") else str(value)


def _hashed(series: pd.Series[Any]) -> bytes:
    import pandas as pd
    from pandas.util import hash_pandas_object

    dtype = series.dtype
    if dtype.kind == "M":
        # In Parquet and back the unit may change; the instant does not.
        series = series.dt.as_unit("ns")
    elif not isinstance(dtype, pd.StringDtype) and dtype.kind not in "iufcbm":
        series = pd.Series([canonical(value) for value in series], dtype="str")
    return bytes(hash_pandas_object(series, index=False).to_numpy().tobytes())
