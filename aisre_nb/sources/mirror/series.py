"""Series as backends of logs and traces count them, in the columns of `MetricSource.golden_signals`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SERIES = ["time", "service", "signal", "value", "unit"]
_MOST = 20_000
"""Points that are brought of one question."""


def labelled(labels: Mapping[str, str]) -> str:
    """Labels as one text: ``level=error, service_name=cart``; of none "value"."""
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()))[:300] or "value"


def series_frame(
    points: Sequence[tuple[float, str, str, float, str]], columns: Sequence[str] = SERIES
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame, by signal and time (nanoseconds come in), and a note where there were too many points."""
    import pandas as pd

    frame = pd.DataFrame(list(points[:_MOST]), columns=list(columns))
    frame["time"] = pd.to_datetime(frame["time"].astype("int64"), unit="ns", utc=True)
    notes = (f"of {len(points):,} points the first {_MOST:,} are here",) if len(points) > _MOST else ()
    return frame.sort_values(["signal", "time"], ignore_index=True), notes
