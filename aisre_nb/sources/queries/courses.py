"""Questions about all series at once: their courses by number, and what each number stands for."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.queries import points
from aisre_nb.times import Window

# A series' names and labels would come back once a step, as strings and dicts: a hundred times what it measures.


def levels(name: points.PointTable, window: Window, step_seconds: int) -> Any:
    """time, line, value (mean of the step) of gauges, and of sums that go up and down."""
    rows = _levelled(name, points.points(name, window, None, None))
    by = {"time": rows.TimeUnix.bucket(seconds=step_seconds), "line": line(rows)}
    return rows.group_by(**by).agg(value=rows.Value.mean())


def rates(name: points.PointTable, window: Window, step_seconds: int) -> Any:
    """time, line, value (increment of the step) of counters, and of histograms' counts."""
    rows = points.counted(name, window, None, None, numbered=line)
    rows = _counting(name, rows)
    return rows.group_by(time=rows.TimeUnix.bucket(seconds=step_seconds), line=rows.line).agg(
        value=rows.increment.sum()
    )


def lines(name: points.PointTable, window: Window, *, counted: bool) -> Any:
    """line, service (a node's or host's name where it is theirs), metric, labels (map), unit."""
    rows = points.points(name, window, None, None)
    rows = _counting(name, rows) if counted else _levelled(name, rows)
    rows = rows.mutate(line=line(rows), owner=points.owner(rows))
    return rows.group_by("line").agg(
        service=rows.owner.arbitrary(),
        metric=rows.MetricName.arbitrary(),
        labels=rows.Attributes.arbitrary(),
        unit=rows.MetricUnit.max(),
    )


def line(rows: Any) -> Any:
    """A number for each owner, metric and set of labels; the pods of a service share it."""
    import ibis

    named = {"owner": points.owner(rows), "metric": rows.MetricName, "labels": rows.Attributes}
    return ibis.struct(named).hash()


def _levelled(name: points.PointTable, rows: Any) -> Any:
    return rows.filter(~rows.IsMonotonic) if name == "otel_metrics_sum" else rows


def _counting(name: points.PointTable, rows: Any) -> Any:
    return rows.filter(rows.IsMonotonic) if name == "otel_metrics_sum" else rows
