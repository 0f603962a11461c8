"""Every series of a window at once, one course for each metric and set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.queries import points
from aisre_nb.sources.request_metrics import unit_of
from aisre_nb.sources.telemetry_database import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "service", "metric", "labels", "value", "unit"]


def all_series(reader: Reader, window: Window, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.all_series`; the engine aggregates, so that its size is series times steps."""
    import pandas as pd

    found = []
    if reader.has("otel_metrics_gauge"):
        rows = points.points("otel_metrics_gauge", window, None, None)
        found.append(reader.frame(points.levels(points.owned(rows), step, labelled=True)))
    if reader.has("otel_metrics_sum"):
        rows = points.points("otel_metrics_sum", window, None, None)
        found.append(reader.frame(points.levels(points.owned(rows.filter(~rows.IsMonotonic)), step, labelled=True)))
        rows = points.counted("otel_metrics_sum", window, None, None)
        found.append(_per_second(reader.frame(points.rates(points.owned(rows.filter(rows.IsMonotonic)), step)), step))
    if reader.has("otel_metrics_histogram"):
        rows = points.counted("otel_metrics_histogram", window, None, None)
        counts = reader.frame(points.rates(points.owned(rows), step))
        # What is counted is requests, not seconds: named as Prometheus names the counter of a histogram.
        counts = counts.assign(unit="1", metric=[f"{name}.count" for name in counts["metric"]])
        found.append(_per_second(counts, step))
    if not found:
        reader.need("otel_metrics_gauge")
    frame = pd.concat(found, ignore_index=True)
    labels = [", ".join(f"{k}={v}" for k, v in sorted(dict(pairs).items())) for pairs in frame["labels"]]
    units = [unit_of(metric, unit) for metric, unit in zip(frame["metric"], frame["unit"], strict=True)]
    frame = _from_nothing(frame.assign(labels=labels, unit=units)[COLUMNS])
    return frame.dropna(subset=["value"]).sort_values(["service", "metric", "labels", "time"], ignore_index=True)


def _from_nothing(frame: pd.DataFrame) -> pd.DataFrame:
    """A counter that appears while others of its metric were counted already counted nothing before.

    A status that was never answered before has no series until it is: without this it would have no "before".
    """
    import pandas as pd

    rates = frame[frame["unit"].str.endswith("/s")]
    if rates.empty:
        return frame
    of_metric, of_series = ["service", "metric"], ["service", "metric", "labels"]
    begun = rates.groupby(of_metric)["time"].min().rename("metric_begun")
    series = rates.groupby(of_series).agg(begun=("time", "min"), unit=("unit", "first")).reset_index()
    series = series.merge(begun.reset_index(), on=of_metric)
    late = series[series["begun"] > series["metric_begun"]]
    times = rates[[*of_metric, "time"]].drop_duplicates()
    zeros = late.merge(times, on=of_metric)
    zeros = zeros[zeros["time"] < zeros["begun"]].assign(value=0.0)
    return pd.concat([frame, zeros[COLUMNS]], ignore_index=True) if len(zeros) else frame


def _per_second(frame: pd.DataFrame, step: int) -> pd.DataFrame:
    return frame.assign(value=frame["value"] / step, unit=[f"{unit or '1'}/s" for unit in frame["unit"]])
