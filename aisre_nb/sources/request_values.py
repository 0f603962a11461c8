"""Attributes of bad and good requests, and the way between places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aisre_nb.sources.queries import separation
from aisre_nb.sources.reader import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


def request_values(
    reader: Reader,
    service: str,
    window: Window,
    onset: datetime,
    operations: Sequence[str],
    by: Literal["latency", "errors"],
) -> pd.DataFrame:
    """The frame of `TraceSource.attribute_values`."""
    reader.need("otel_traces")
    frame = reader.frame(separation.values(window, onset, service, operations, by))
    counted = ["bad", "good", "before", "of_bad", "of_good", "of_before"]
    return frame.assign(**{name: frame[name].fillna(0).astype("int64") for name in counted})


def between_places(reader: Reader, window: Window, onset: datetime, what: Literal["zone", "node"]) -> pd.DataFrame:
    """The frame of `TraceSource.between_places`."""
    reader.need("otel_traces")
    return reader.frame(separation.places(window, onset, what))
