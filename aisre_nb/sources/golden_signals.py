"""Request rate, error rate, latency and saturation of one service, from whatever telemetry there is of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.queries import points, spans
from aisre_nb.sources.queries.tables import TableName
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.request_metrics import COUNTERS, HISTOGRAMS, best, quantiles, seconds_per_unit, unit_of
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "service", "signal", "value", "unit"]
_QUANTILES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99}
_SATURATIONS = 60
"""Saturation signals at most; more would be a wall, and `MetricSource.metric` gives each by its name."""


def golden_signals(reader: Reader, service: str, window: Window, step_seconds: int) -> pd.DataFrame:
    """The frame of `MetricSource.golden_signals`; ``attrs["step_seconds"]`` is the step that was used.

    Raises `SignalMissing` where nothing is known of the service.
    """
    import pandas as pd

    step = step_seconds
    frames = []
    metric, unit, interval = _request_metric(reader, "otel_metrics_histogram", HISTOGRAMS, service, window)
    if metric:
        step = _wide_enough(reader, metric, interval, step)
        frames += _from_histogram(reader, metric, unit, service, window, step)
    else:
        metric, _, interval = _request_metric(reader, "otel_metrics_sum", COUNTERS, service, window)
        if metric:
            step = _wide_enough(reader, metric, interval, step)
            frames.append(_counts(reader, "otel_metrics_sum", metric, service, window, step))
        frames += _from_spans(reader, service, window, step, without_counts=bool(metric))
    frames += saturation(reader, service, window, step)
    whole = [frame for frame in frames if len(frame)]
    if not whole:
        raise SignalMissing(f"no metric and no span of service {service!r} in {' to '.join(window.as_json().values())}")
    frame = pd.concat(whole, ignore_index=True)
    frame["service"] = service
    frame = frame[COLUMNS].sort_values(["signal", "time"], ignore_index=True)
    frame.attrs["step_seconds"] = step
    return frame


def served_kind(reader: Reader, service: str, window: Window) -> spans.Served | None:
    """How the requests of the service are told among its spans; None where it has none."""
    if not reader.has("otel_traces"):
        return None
    kinds = reader.frame(spans.kinds(window))
    mine = kinds[kinds["service"] == service]
    if mine.empty:
        return None
    row = mine.iloc[0]
    return "server" if row["servers"] else "consumer" if row["consumers"] else "entry"


def _request_metric(
    reader: Reader, table: points.PointTable, known: Any, service: str, window: Window
) -> tuple[str | None, str, float]:
    if not reader.has(table):
        return None, "", 0.0
    names = reader.frame(points.names(table, window, service))
    metric = best(names["metric"], known)
    if metric is None:
        return None, "", 0.0
    row = names[names["metric"] == metric].iloc[0]
    interval = row["interval"]
    return metric, str(row["unit"]), 0.0 if math.isnan(interval) else float(interval)


def _wide_enough(reader: Reader, metric: str, interval: float, step: int) -> int:
    # A step shorter than the distance of the points shows a comb of zeros and doubles.
    if interval <= step * 1.2:
        return step
    wide = math.ceil(interval / step) * step
    reader.notes.append(f"{metric} has a point every {interval:.0f} s: the step is {wide} s, not {step} s")
    return wide


def _from_histogram(
    reader: Reader, metric: str, unit: str, service: str, window: Window, step: int
) -> list[pd.DataFrame]:
    counts = _counts(reader, "otel_metrics_histogram", metric, service, window, step)
    buckets = reader.frame(points.buckets_per_step(points.bucketed(window, [metric], service), step))
    found = quantiles(buckets, ["time"], _QUANTILES, seconds_per_unit(metric, unit))
    return [counts, _long(found, dict.fromkeys(_QUANTILES, "s"))]


def _counts(reader: Reader, table: TableName, metric: str, service: str, window: Window, step: int) -> pd.DataFrame:
    counts = reader.frame(points.requests_per_step(points.counted(table, window, [metric], service), step))
    return _rates(counts, reader.extent(table), window, step)


def _from_spans(reader: Reader, service: str, window: Window, step: int, *, without_counts: bool) -> list[pd.DataFrame]:
    how = served_kind(reader, service, window)
    if how is None:
        return []
    found = reader.frame(spans.per_step(spans.served(window, how, [service]), step))
    found = found.rename(columns={"p50": "latency_p50", "p95": "latency_p95", "p99": "latency_p99"})
    latency = _long(found, dict.fromkeys(_QUANTILES, "s"))
    if without_counts:
        return [latency]
    active = reader.frame(spans.active_steps(window, step))["time"]
    counts = _with_silence(found, active) if len(found) else found
    return [_rates(counts, reader.extent("otel_traces"), window, step), latency]


def _with_silence(counts: pd.DataFrame, active: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """Steps in which others have spans and this service has none are steps without a request.

    Where nobody has any, nothing was kept, and nothing is known.
    """
    filled = counts.set_index("time")[["requests", "errors"]].reindex(active, fill_value=0)
    return filled.rename_axis("time").reset_index()


def _rates(counts: pd.DataFrame, extent: Window | None, window: Window, step: int) -> pd.DataFrame:
    """request_rate and error_rate; a step that is less than half inside of what was stored says nothing."""
    import pandas as pd

    if counts.empty or extent is None:
        return pd.DataFrame(columns=COLUMNS)
    start, end = pd.Timestamp(max(window.start, extent.start)), pd.Timestamp(min(window.end, extent.end))
    begun = counts["time"].where(counts["time"] > start, start)
    ended = counts["time"] + pd.Timedelta(seconds=step)
    ended = ended.where(ended < end, end)
    seconds = (ended - begun).dt.total_seconds()
    counts = counts.assign(request_rate=counts["requests"] / seconds.where(seconds > 0))[seconds >= step / 2]
    # A sum over no matching row is null, and means none.
    errors = counts["errors"].fillna(0)
    asked = counts["requests"].where(counts["requests"] > 0)
    return _long(counts.assign(error_rate=errors / asked), {"request_rate": "1/s", "error_rate": "1"})


def _long(frame: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """A column a signal becomes a row a value; what is unknown is left out."""
    import pandas as pd

    parts = [
        frame[["time"]].assign(signal=name, value=pd.to_numeric(frame[name]), unit=unit) for name, unit in units.items()
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset=["value"])


def saturation(reader: Reader, service: str, window: Window, step: int) -> list[pd.DataFrame]:
    """Gauges, and sums that go up and down, under their own names."""
    import pandas as pd

    found = []
    if reader.has("otel_metrics_gauge"):
        rows = points.points("otel_metrics_gauge", window, None, service)
        found.append(reader.frame(points.levels(rows, step)))
    if reader.has("otel_metrics_sum"):
        rows = points.points("otel_metrics_sum", window, None, service)
        found.append(reader.frame(points.levels(rows.filter(~rows.IsMonotonic), step)))
    filled = [frame for frame in found if len(frame)]
    if not filled:
        return []
    frame = pd.concat(filled, ignore_index=True).dropna(subset=["value"])
    names = sorted(frame["metric"].unique())
    if len(names) > _SATURATIONS:
        reader.notes.append(f"{len(names)} gauges: the first {_SATURATIONS} by name are here, ask for others by name")
        frame = frame[frame["metric"].isin(names[:_SATURATIONS])]
    units = [unit_of(metric, unit) for metric, unit in zip(frame["metric"], frame["unit"], strict=True)]
    return [frame.rename(columns={"metric": "signal"}).assign(unit=units)[COLUMNS]]
