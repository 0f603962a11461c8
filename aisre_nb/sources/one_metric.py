"""One metric by its own name, one course for each set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.golden_signals import COLUMNS
from aisre_nb.sources.queries import points
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.request_metrics import quantiles, seconds_per_unit, unit_of
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

_COURSES = 50
"""Sets of labels at most; the fullest are kept."""
_TABLES: tuple[tuple[points.PointTable, str], ...] = (
    ("otel_metrics_gauge", "gauge"),
    ("otel_metrics_sum", "sum"),
    ("otel_metrics_histogram", "histogram"),
)


def metric_names(reader: Reader, service: str | None) -> pd.DataFrame:
    """The frame of `MetricSource.metric_names`."""
    import pandas as pd

    found = [
        reader.frame(points.names(table, None, service)).assign(type=kind)
        for table, kind in _TABLES
        if reader.has(table)
    ]
    if not found:
        reader.need("otel_metrics_gauge")
    frame = pd.concat(found, ignore_index=True)[["metric", "service", "type", "points"]]
    return frame.sort_values(["service", "metric"], ignore_index=True)


def one_metric(reader: Reader, name: str, service: str | None, window: Window, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.metric`: means of gauges, rates of counters, rate and quantiles of histograms."""
    import pandas as pd

    found = []
    if reader.has("otel_metrics_gauge"):
        rows = points.points("otel_metrics_gauge", window, [name], service)
        found.append(reader.frame(points.levels(rows, step, labelled=True)))
    if reader.has("otel_metrics_sum"):
        rows = points.points("otel_metrics_sum", window, [name], service)
        found.append(reader.frame(points.levels(rows.filter(~rows.IsMonotonic), step, labelled=True)))
        rows = points.counted("otel_metrics_sum", window, [name], service)
        found.append(_per_second(reader.frame(points.rates(rows.filter(rows.IsMonotonic), step)), step))
    if reader.has("otel_metrics_histogram"):
        found.append(_histogram_rate(reader, name, service, window, step))
    filled = [_signals(frame) for frame in found if len(frame)]
    if reader.has("otel_metrics_histogram"):
        filled += [frame for frame in [_histogram_quantiles(reader, name, service, window, step)] if len(frame)]
    if not filled:
        whose = f" of service {service!r}" if service else ""
        raise SignalMissing(f"there is no metric {name!r}{whose} in that window", "see the names that there are")
    frame = pd.concat(filled, ignore_index=True).dropna(subset=["value"])
    return _fullest(reader, frame).sort_values(["service", "signal", "time"], ignore_index=True)


def _per_second(frame: pd.DataFrame, step: int) -> pd.DataFrame:
    return frame.assign(value=frame["value"] / step, unit=[f"{unit or '1'}/s" for unit in frame["unit"]])


def _histogram_rate(reader: Reader, name: str, service: str | None, window: Window, step: int) -> pd.DataFrame:
    rows = points.counted("otel_metrics_histogram", window, [name], service)
    return _per_second(reader.frame(points.rates(rows, step)).assign(unit="1"), step)


def _histogram_quantiles(reader: Reader, name: str, service: str | None, window: Window, step: int) -> pd.DataFrame:
    import pandas as pd

    rows = points.bucketed(window, [name], service)
    buckets = reader.frame(points.buckets_per_step(rows, step))
    wanted = {f"{name} p50": 0.5, f"{name} p95": 0.95, f"{name} p99": 0.99}
    unit = unit_of(name, "")
    scale = seconds_per_unit(name, unit)
    wide = quantiles(buckets, ["time"], wanted, scale)
    parts = [
        wide[["time"]].assign(service=service or "", signal=signal, value=pd.to_numeric(wide[signal]), unit="s")
        for signal in wanted
    ]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _signals(frame: pd.DataFrame) -> pd.DataFrame:
    names = [
        metric + ("{" + ", ".join(f'{k}="{v}"' for k, v in sorted(labels.items())) + "}" if labels else "")
        for metric, labels in zip(frame["metric"], frame["labels"], strict=True)
    ]
    units = [unit_of(metric, unit) for metric, unit in zip(frame["metric"], frame["unit"], strict=True)]
    return frame.assign(signal=names, unit=units)[COLUMNS]


def _fullest(reader: Reader, frame: pd.DataFrame) -> pd.DataFrame:
    sizes = frame.groupby(["service", "signal"])["value"].size().sort_values(ascending=False, kind="stable")
    if len(sizes) <= _COURSES:
        return frame
    reader.notes.append(f"{len(sizes)} series: the {_COURSES} with most points are here")
    keep = set(sizes.index[:_COURSES])
    return frame[[pair in keep for pair in zip(frame["service"], frame["signal"], strict=True)]]
