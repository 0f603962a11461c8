"""From courses to frames, in the columns and units that every source has."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from aisre_nb.sources.prometheus.api import Course
from aisre_nb.sources.prometheus.grid import Grid

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "service", "signal", "value", "unit"]

Points = dict[int, float]
"""By where the bucket begins, in seconds since 1970."""


def at_ends(course: Course, grid: Grid) -> Points:
    """A rate that was evaluated at the buckets' ends; what is no number is left out."""
    # An evaluation may come back a little off where a server aligns it to its own grid.
    found = ((round(at / grid.step) * grid.step - grid.step, value) for at, value in _finite(course))
    return {start: value for start, value in found if grid.first <= start <= grid.last}


def means(course: Course, grid: Grid) -> Points:
    """The mean of a gauge, bucket by bucket."""
    sums: dict[int, tuple[float, int]] = {}
    for at, value in _finite(course):
        total, number = sums.get(grid.bucket(at), (0.0, 0))
        sums[grid.bucket(at)] = total + value, number + 1
    return {start: total / number for start, (total, number) in sums.items() if grid.first <= start <= grid.last}


def _finite(course: Course) -> Iterable[tuple[float, float]]:
    return ((at, value) for at, value in zip(course.times, course.values, strict=True) if math.isfinite(value))


def long(parts: Sequence[tuple[str, str, Points, str]]) -> pd.DataFrame:
    """Each part: service, signal, points, unit. By signal and time."""
    import pandas as pd

    rows = [(start, service, signal, value, unit) for service, signal, points, unit in parts
            for start, value in points.items()]  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True).dt.as_unit("ns")
    frame["value"] = frame["value"].astype("float64")
    return frame.sort_values(["service", "signal", "time"], ignore_index=True)


def signal(name: str, labels: Mapping[str, str]) -> str:
    """``name{a="b"}``, as metrics are shown."""
    inside = ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name
