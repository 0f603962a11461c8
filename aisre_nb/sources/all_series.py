"""Every series of a window at once, one course for each metric and set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.queries import courses
from aisre_nb.sources.queries.points import PointTable
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.request_metrics import unit_of
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "service", "metric", "labels", "value", "unit"]
_NAMES = ["service", "metric", "labels"]


def all_series(reader: Reader, window: Window, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.all_series`; the engine aggregates, so that its size is series times steps."""
    import numpy as np
    import pandas as pd

    found = [_levels(reader, name, window, step) for name in _LEVELLED if reader.has(name)]
    found += [_rates(reader, name, window, step) for name in _COUNTED if reader.has(name)]
    if not found:
        reader.need("otel_metrics_gauge")
    lines = pd.concat([lines for lines, _ in found], ignore_index=True)
    first = np.cumsum([0, *(len(lines) for lines, _ in found)])
    points = pd.concat([p.assign(n=p["n"] + at) for (_, p), at in zip(found, first, strict=False)], ignore_index=True)
    points = _from_nothing(lines, points.dropna(subset=["value"]))
    # Sorted once a series, not once a point.
    order = lines.sort_values(_NAMES, kind="stable").index.to_numpy()
    place = np.empty(len(lines), dtype=np.int64)
    place[order] = np.arange(len(lines))
    points = points.assign(place=place[points["n"].to_numpy(dtype=np.int64)]).sort_values(["place", "time"])
    named = lines.take(points["n"].to_numpy(dtype=np.int64)).reset_index(drop=True)
    named = named.assign(time=points["time"].array, value=points["value"].to_numpy(dtype=float))
    return named[COLUMNS]


_LEVELLED: tuple[PointTable, ...] = ("otel_metrics_gauge", "otel_metrics_sum")
_COUNTED: tuple[PointTable, ...] = ("otel_metrics_sum", "otel_metrics_histogram")
_Found = tuple["pd.DataFrame", "pd.DataFrame"]
"""The series with their names, and their points, whose ``n`` is the place of the series."""


def _levels(reader: Reader, name: PointTable, window: Window, step: int) -> _Found:
    lines = reader.frame(courses.lines(name, window, counted=False))
    return _numbered(lines, reader.frame(courses.levels(name, window, step)))


def _rates(reader: Reader, name: PointTable, window: Window, step: int) -> _Found:
    lines = reader.frame(courses.lines(name, window, counted=True))
    found = reader.frame(courses.rates(name, window, step))
    if name == "otel_metrics_histogram":
        # What is counted is requests, not seconds: named as Prometheus names the counter of a histogram.
        lines = lines.assign(unit="1", metric=[f"{metric}.count" for metric in lines["metric"]])
    lines = lines.assign(unit=[f"{unit or '1'}/s" for unit in lines["unit"]])
    return _numbered(lines, found.assign(value=found["value"] / step))


def _numbered(lines: pd.DataFrame, points: pd.DataFrame) -> _Found:
    labels = [", ".join(f"{k}={v}" for k, v in sorted(dict(pairs).items())) for pairs in lines["labels"]]
    units = [unit_of(metric, unit) for metric, unit in zip(lines["metric"], lines["unit"], strict=True)]
    places = dict(zip(lines["line"], range(len(lines)), strict=True))
    lines = lines.assign(labels=labels, unit=units)[[*_NAMES, "unit"]].astype("str")
    return lines, points.assign(n=points["line"].map(places))


def _from_nothing(lines: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """A counter that appears while others of its metric were counted already counted nothing before.

    A status that was never answered before has no series until it is: without this it would have no "before".
    """
    import pandas as pd

    counters = lines[lines["unit"].str.endswith("/s")]
    metric = counters.groupby(["service", "metric"]).ngroup()
    rates = points[["n", "time"]].assign(metric=points["n"].map(metric)).dropna(subset=["metric"])
    series = rates.groupby("n").agg(metric=("metric", "first"), begun=("time", "min")).reset_index()
    late = series[series["begun"] > series.groupby("metric")["begun"].transform("min")]
    zeros = late.merge(rates[["metric", "time"]].drop_duplicates(), on="metric")
    zeros = zeros[zeros["time"] < zeros["begun"]].assign(value=0.0)
    return pd.concat([points, zeros[["n", "time", "value"]]], ignore_index=True) if len(zeros) else points
