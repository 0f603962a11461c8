"""Writes the tables of metric points: the histogram of served requests, gauges, and a counter of orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox import parquet
from aisre_nb.sandbox.clock import SECONDS, STEP, Clock
from aisre_nb.sandbox.counts import BOUNDS, STEPS, Series
from aisre_nb.sandbox.pods import Fleet, Pod

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CUMULATIVE = 2
"""``AggregationTemporality`` of the OpenTelemetry protocol."""


@dataclass(frozen=True)
class Course:
    """Points of one series: gauge or sum."""

    metric: str
    unit: str
    pod: Pod
    attributes: Mapping[str, str]
    at: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class _Points:
    """Points of one series of the histogram."""

    series: Series
    at: NDArray[np.float64]
    buckets: NDArray[np.int64]
    seconds: NDArray[np.float64]


def write_histogram(file: Path, counted: Sequence[Series], fleets: Mapping[str, Fleet], clock: Clock) -> None:
    """``http.server.request.duration``, one series a pod, cumulative since the pod began."""
    import numpy as np
    import pyarrow as pa

    points = [_cumulated(series, fleets[series.service].pods[series.pod]) for series in counted]
    pods = [fleets[series.service].pods[series.pod] for series in counted]
    sizes = np.array([len(p.at) for p in points])
    which = np.repeat(np.arange(len(points)), sizes)
    buckets = np.concatenate([p.buckets for p in points])
    number = len(which)
    attributes = parquet.maps([_attributes(series) for series in counted])
    begun = clock.microseconds(np.array([pod.begun for pod in pods]))
    same = np.zeros(number, dtype=np.int64)
    columns = {
        "ResourceAttributes": parquet.picked(parquet.maps([pod.resource for pod in pods]), which),
        "ServiceName": parquet.picked([series.service for series in counted], which),
        "MetricName": parquet.picked(["http.server.request.duration"], same),
        "MetricDescription": parquet.picked(["Duration of HTTP server requests."], same),
        "MetricUnit": parquet.picked(["s"], same),
        "Attributes": parquet.picked(attributes, which),
        "StartTimeUnix": parquet.instants(begun[which]),
        "TimeUnix": parquet.instants(clock.microseconds(np.concatenate([p.at for p in points]))),
        "Count": pa.array(buckets.sum(axis=1)),
        "Sum": pa.array(np.round(np.concatenate([p.seconds for p in points]), 6)),
        "BucketCounts": parquet.lists(buckets),
        "ExplicitBounds": parquet.lists(np.tile(np.array(BOUNDS), (number, 1))),
        "AggregationTemporality": pa.array(np.full(number, CUMULATIVE, dtype=np.int32)),
    }
    parquet.write(file, columns, order="TimeUnix")


def _attributes(series: Series) -> dict[str, str]:
    method, _, route = series.operation.partition(" ")
    return {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": str(series.status),
    }


def _cumulated(series: Series, pod: Pod) -> _Points:
    import numpy as np

    before = np.zeros(series.buckets.shape[1], dtype=np.int64)
    spent = 0.0
    if pod.begun < 0:
        # It ran before the history begins, about as busy as in it, so its counters do not begin at zero.
        share = -pod.begun / SECONDS
        before = np.round(series.buckets.sum(axis=0) * share).astype(np.int64)
        spent = float(series.seconds.sum() * share)
    buckets = np.vstack([before, before + np.cumsum(series.buckets, axis=0)])
    seconds = np.concatenate([[spent], spent + np.cumsum(series.seconds)])
    busy = np.flatnonzero(buckets.sum(axis=1) > 0)
    last = STEPS
    if pod.ended < SECONDS:
        # A pod flushes its last point when it goes; requests that it still serves may end a little later.
        last = max(int(pod.ended // STEP) + 1, int(np.flatnonzero(series.buckets.sum(axis=1))[-1]) + 1)
    kept = slice(int(busy[0]), min(last, STEPS) + 1)
    at = np.arange(STEPS + 1, dtype=float)[kept] * STEP
    return _Points(series, at, buckets[kept], seconds[kept])


def write_gauges(file: Path, courses: Sequence[Course], clock: Clock) -> None:
    """Gauges: what a pod uses."""
    parquet.write(file, _point_columns(courses, clock), order="TimeUnix")


def write_sums(file: Path, courses: Sequence[Course], clock: Clock) -> None:
    """Counters: monotonic and cumulative."""
    import numpy as np
    import pyarrow as pa

    columns = _point_columns(courses, clock)
    number = len(columns["Value"])
    columns["IsMonotonic"] = pa.array(np.ones(number, dtype=bool))
    columns["AggregationTemporality"] = pa.array(np.full(number, CUMULATIVE, dtype=np.int32))
    parquet.write(file, columns, order="TimeUnix")


def _point_columns(courses: Sequence[Course], clock: Clock) -> dict[str, Any]:
    import numpy as np
    import pyarrow as pa

    which = np.repeat(np.arange(len(courses)), [len(course.at) for course in courses])
    begun = clock.microseconds(np.array([course.pod.begun for course in courses]))
    return {
        "ResourceAttributes": parquet.picked(parquet.maps([course.pod.resource for course in courses]), which),
        "ServiceName": parquet.picked([course.pod.service for course in courses], which),
        "MetricName": parquet.picked([course.metric for course in courses], which),
        "MetricUnit": parquet.picked([course.unit for course in courses], which),
        "Attributes": parquet.picked(parquet.maps([course.attributes for course in courses]), which),
        "StartTimeUnix": parquet.instants(begun[which]),
        "TimeUnix": parquet.instants(clock.microseconds(np.concatenate([course.at for course in courses]))),
        "Value": pa.array(np.concatenate([course.values for course in courses])),
    }
