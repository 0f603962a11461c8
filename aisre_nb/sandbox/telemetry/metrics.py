"""Writes the tables of metric points: histograms of requests, gauges, and counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.clock import SECONDS, STEP, Clock
from aisre_nb.sandbox.engine.pods import FOREVER, Pod
from aisre_nb.sandbox.telemetry import parquet
from aisre_nb.sandbox.telemetry.counts import ASKED, BOUNDS, PROCESSED, SERVED, Counts, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CUMULATIVE = 2
"""``AggregationTemporality`` of the OpenTelemetry protocol."""
_SAID = {
    SERVED: "Duration of HTTP server requests.",
    ASKED: "Duration of HTTP client requests.",
    PROCESSED: "Duration of processing operation.",
}


@dataclass(frozen=True)
class Line:
    """Points of one series: gauge or sum."""

    metric: str
    unit: str
    service: str
    resource: tuple[tuple[str, str], ...]
    begun: float
    attributes: Mapping[str, str]
    at: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class _Points:
    """Points of one series of a histogram."""

    series: Series
    at: NDArray[np.float64]
    buckets: NDArray[np.int64]
    seconds: NDArray[np.float64]


class Histograms:
    """Writes window after window of the histograms; what was counted before goes on."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str, str, str, int, Pod], tuple[NDArray[np.int64], float]] = {}

    def write(self, file: Path, counted: Sequence[Series], counts: Counts, clock: Clock, gaps: Gaps) -> None:
        """One window. One series a pod, cumulative since the pod began."""
        import numpy as np
        import pyarrow as pa

        points = [self._cumulated(series, counts) for series in counted]
        points += self._quiet(counted, counts)
        points = [p for p in points if len(p.at)]
        gaps.drop(points)
        every = [p.series for p in points]
        sizes = np.array([len(p.at) for p in points])
        which = np.repeat(np.arange(len(points)), sizes)
        buckets = np.concatenate([p.buckets for p in points])
        number = len(which)
        begun = clock.microseconds(np.array([max(series.pod.begun, -1e7) for series in every]))
        columns = {
            "ResourceAttributes": parquet.picked(parquet.maps([series.pod.resource for series in every]), which),
            "ServiceName": parquet.picked([series.service for series in every], which),
            "MetricName": parquet.picked([series.metric for series in every], which),
            "MetricDescription": parquet.picked([_SAID[series.metric] for series in every], which),
            "MetricUnit": parquet.picked(["s"] * len(every), which),
            "Attributes": parquet.picked(parquet.maps([_attributes(series) for series in every]), which),
            "StartTimeUnix": parquet.instants(begun[which]),
            "TimeUnix": parquet.instants(clock.microseconds(np.concatenate([p.at for p in points]))),
            "Count": pa.array(buckets.sum(axis=1)),
            "Sum": pa.array(np.round(np.concatenate([p.seconds for p in points]), 6)),
            "BucketCounts": parquet.lists(buckets),
            "ExplicitBounds": parquet.lists(np.tile(np.array(BOUNDS), (number, 1))),
            "AggregationTemporality": pa.array(np.full(number, CUMULATIVE, dtype=np.int32)),
        }
        parquet.write(file, columns, order="TimeUnix")

    def _cumulated(self, series: Series, counts: Counts) -> _Points:
        import numpy as np

        pod, key = series.pod, _key(series)
        known = self._totals.get(key)
        before, spent = known if known is not None else (np.zeros(series.buckets.shape[1], dtype=np.int64), 0.0)
        if known is None and counts.since == 0 and pod.begun < 0:
            # It ran before the history begins, about as busy as in it, so its counters do not begin at zero.
            share = -pod.begun / SECONDS
            before = np.round(series.buckets.sum(axis=0) * share).astype(np.int64)
            spent = float(series.seconds.sum() * share)
        buckets = np.vstack([before, before + np.cumsum(series.buckets, axis=0)])
        seconds = np.concatenate([[spent], spent + np.cumsum(series.seconds)])
        self._totals[key] = (buckets[-1], float(seconds[-1]))
        busy = np.flatnonzero(buckets.sum(axis=1) > 0)
        first = 0 if counts.since == 0 else 1
        return _Points(series, *_kept(pod, counts, max(int(busy[0]), first), _last(series), buckets, seconds))

    def _quiet(self, counted: Sequence[Series], counts: Counts) -> list[_Points]:
        """Series of earlier windows in which nothing was counted now: their pods tell the same totals again."""
        import numpy as np

        there = {_key(series) for series in counted}
        found = []
        for key, (total, spent) in self._totals.items():
            if key in there or key[-1].ended <= counts.since:
                continue
            buckets = np.zeros((counts.steps, len(total)), dtype=np.int64)
            series = Series(*key, buckets, np.zeros(counts.steps))
            tiled = np.tile(total, (counts.steps + 1, 1))
            kept = _kept(key[-1], counts, 1, 0, tiled, np.full(counts.steps + 1, spent))
            found.append(_Points(series, *kept))
        return found


class Gaps:
    """Takes away what an exporter did not deliver."""

    def __init__(self, gaps: Sequence[tuple[float, float]] = ()) -> None:
        self._gaps = gaps

    def keeps(self, at: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which instants were delivered."""
        import numpy as np

        kept = np.ones(len(at), dtype=bool)
        for since, until in self._gaps:
            kept &= (at < since) | (at >= until)
        return kept

    def lines(self, lines: Sequence[Line]) -> list[Line]:
        """The lines without the points that were not delivered."""
        if not self._gaps:
            return list(lines)
        found = []
        for line in lines:
            kept = self.keeps(line.at)
            found.append(replace(line, at=line.at[kept], values=line.values[kept]))
        return found

    def drop(self, points: list[_Points]) -> None:
        """The same for points of histograms, in place."""
        if not self._gaps:
            return
        for n, point in enumerate(points):
            kept = self.keeps(point.at)
            points[n] = _Points(point.series, point.at[kept], point.buckets[kept], point.seconds[kept])


def _key(series: Series) -> tuple[str, str, str, str, int, Pod]:
    return series.metric, series.service, series.operation, series.address, series.status, series.pod


def _last(series: Series) -> int:
    """The step after the last in which something was counted."""
    import numpy as np

    busy = np.flatnonzero(series.buckets.sum(axis=1))
    return int(busy[-1]) + 1 if len(busy) else 0


def _kept(
    pod: Pod, counts: Counts, first: int, last_busy: int, buckets: NDArray[np.int64], seconds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The points of a pod's life: it flushes its last when it goes, and requests that it still serves may end later."""
    import numpy as np

    last = counts.steps
    if pod.ended < counts.until:
        last = min(max(int((pod.ended - counts.since) // STEP) + 1, last_busy), counts.steps)
    kept = slice(first, last + 1)
    at = counts.since + np.arange(counts.steps + 1, dtype=float)[kept] * STEP
    return at, buckets[kept], seconds[kept]


def _attributes(series: Series) -> dict[str, str]:
    if series.metric == PROCESSED:
        verb, _, queue = series.operation.partition(" ")
        found = {"messaging.system": "rabbitmq", "messaging.operation.name": verb, "messaging.destination.name": queue}
        return found | ({"error.type": str(series.status)} if series.status >= 500 else {})
    method, _, route = series.operation.partition(" ")
    if series.metric == ASKED:
        found = {"http.request.method": method, "server.address": series.address, "url.template": route}
        answered = {"http.response.status_code": str(series.status)}
        return found | (answered if series.status else {"error.type": "timeout"})
    return {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": str(series.status),
    }


def write_gauges(file: Path, lines: Sequence[Line], clock: Clock) -> None:
    """Gauges: what a pod, a node, a queue uses."""
    parquet.write(file, _point_columns(lines, clock), order="TimeUnix")


def write_sums(file: Path, lines: Sequence[Line], clock: Clock) -> None:
    """Counters: monotonic and cumulative."""
    import numpy as np
    import pyarrow as pa

    columns = _point_columns(lines, clock)
    number = len(columns["Value"])
    columns["IsMonotonic"] = pa.array(np.ones(number, dtype=bool))
    columns["AggregationTemporality"] = pa.array(np.full(number, CUMULATIVE, dtype=np.int32))
    parquet.write(file, columns, order="TimeUnix")


def _point_columns(lines: Sequence[Line], clock: Clock) -> dict[str, Any]:
    import numpy as np
    import pyarrow as pa

    which = np.repeat(np.arange(len(lines)), [len(line.at) for line in lines])
    begun = clock.microseconds(np.array([max(line.begun if line.begun < FOREVER else 0.0, -1e7) for line in lines]))
    return {
        "ResourceAttributes": parquet.picked(parquet.maps([dict(line.resource) for line in lines]), which),
        "ServiceName": parquet.picked([line.service for line in lines], which),
        "MetricName": parquet.picked([line.metric for line in lines], which),
        "MetricUnit": parquet.picked([line.unit for line in lines], which),
        "Attributes": parquet.picked(parquet.maps([line.attributes for line in lines]), which),
        "StartTimeUnix": parquet.instants(begun[which]),
        "TimeUnix": parquet.instants(clock.microseconds(np.concatenate([line.at for line in lines]))),
        "Value": pa.array(np.concatenate([line.values for line in lines])),
    }
