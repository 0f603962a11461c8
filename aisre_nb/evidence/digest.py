"""A stable hash of what a call returned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def digest(query: str, frame: pd.DataFrame | None, facts: Mapping[str, Any]) -> str:
    """SHA-256 over query, facts and frame; equal for equal results, whatever the order of a dict's keys."""
    whole = hashlib.sha256(query.encode())
    whole.update(json.dumps(facts, sort_keys=True, default=str).encode())
    if frame is not None:
        whole.update(repr([(str(c), str(frame[c].dtype)) for c in frame.columns]).encode())
        whole.update(_bytes(frame))
    return whole.hexdigest()


def _bytes(frame: pd.DataFrame) -> bytes:
    from pandas.util import hash_pandas_object

    plain = frame.reset_index(drop=True)
    for column in plain.columns:
        if plain[column].dtype == object:
            plain = plain.assign(**{column: plain[column].map(_text)})
    return bytes(hash_pandas_object(plain, index=False).to_numpy().tobytes())


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
