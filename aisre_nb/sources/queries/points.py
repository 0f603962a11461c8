"""Questions about metric points: increments of counters and histograms, and the course of gauges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Literal

from aisre_nb.sources.queries.tables import DELTA, TableName, first_of, table, within
from aisre_nb.times import Window

_STATUS = ("http.response.status_code", "http.status_code", "status_code", "status", "code")
_GRPC_FAULTS = ["2", "4", "12", "13", "14", "15"]
"""Status codes of gRPC that are the server's fault, as OpenTelemetry's conventions list them."""
_LOOKBACK = timedelta(minutes=10)
"""How far before the window the point is looked for that the window's first increment counts from."""
_SETTLING_MINUTES = 2
"""A series that appears this long after the first one counts from zero: it is new, not merely cut off."""

PointTable = Literal["otel_metrics_gauge", "otel_metrics_sum", "otel_metrics_histogram"]


def points(name: PointTable, window: Window, metrics: Sequence[str] | None, service: str | None) -> Any:
    """Points of these metrics (None: all) and this service (None: all)."""
    rows = within(table(name), window)
    if metrics is not None:
        rows = rows.filter(rows.MetricName.isin(list(metrics)))
    return rows.filter(rows.ServiceName == service) if service is not None else rows


def names(name: PointTable, window: Window | None, service: str | None) -> Any:
    """metric, service, unit, points, interval (seconds between two points of one series, null for a single one)."""
    rows = table(name) if window is None else within(table(name), window)
    if service is not None:
        rows = rows.filter(rows.ServiceName == service)
    series = rows.group_by("MetricName", "ServiceName", "Attributes", "ResourceAttributes").agg(
        unit=rows.MetricUnit.max(),
        n=rows.count(),
        span=rows.TimeUnix.max().epoch_seconds() - rows.TimeUnix.min().epoch_seconds(),
    )
    return (
        series.group_by(metric=series.MetricName, service=series.ServiceName)
        .agg(
            unit=series.unit.max(),
            points=series.n.sum(),
            interval=(series.span / (series.n - 1)).min(where=series.n > 1),
        )
        .order_by("service", "metric")
    )


def failed(rows: Any) -> Any:
    """Whether the series counts requests that the server failed: 5XX, a gRPC fault, or an ``error.type`` alone."""
    status = first_of(rows.Attributes, *_STATUS)
    grpc = first_of(rows.Attributes, "rpc.grpc.status_code", "grpc_code", "rpc.response.status_code")
    kind = first_of(rows.Attributes, "error.type")
    return status.startswith("5") | grpc.isin(_GRPC_FAULTS) | ((status == "") & (grpc == "") & (kind != ""))


def _keyed(rows: Any) -> Any:
    """With ``series``, a number for each series: engines sort by one number many times faster than by maps."""
    import ibis

    named = {name: rows[name] for name in ("ServiceName", "MetricName", "Attributes", "ResourceAttributes")}
    return rows.mutate(series=ibis.struct(named).hash())


def increments(rows: Any, value: str) -> Any:
    """``rows`` with ``increment``: how much ``value`` grew since the series' last point.

    Delta points are their own increment. A cumulative value below its predecessor is a reset and counts from zero, as
    Prometheus' ``increase`` does. A series' first point is unknown, unless the series came later than the others.
    """
    import ibis

    rows = _keyed(rows)
    ordered = ibis.window(group_by="series", order_by="TimeUnix")
    rows = rows.mutate(
        nth=ibis.row_number().over(ordered),
        previous=rows[value].lag().over(ordered),
        begun=rows.TimeUnix.min().over(ibis.window(group_by=["ServiceName", "MetricName"])),
    )
    now, grown = rows[value].cast("float64"), (rows[value] - rows.previous).cast("float64")
    is_new = rows.TimeUnix > rows.begun + ibis.interval(minutes=_SETTLING_MINUTES)
    return rows.mutate(
        increment=ibis.cases(
            (rows.AggregationTemporality == DELTA, now),
            # By number, not by a null predecessor: ClickHouse's lagInFrame gives 0 there.
            ((rows.nth == 0) & is_new, now),
            (rows.nth == 0, ibis.literal(0.0)),
            (grown >= 0, grown),
            else_=now,
        )
    )


def owner(rows: Any) -> Any:
    """The service, or the node or host in its place where a point belongs to no service."""
    host = first_of(rows.ResourceAttributes, "k8s.node.name", "host.name", "service.instance.id")
    return (rows.ServiceName == "").ifelse(host, rows.ServiceName)


def counted(
    name: TableName,
    window: Window,
    metrics: Sequence[str] | None,
    service: str | None,
    numbered: Callable[[Any], Any] | None = None,
) -> Any:
    """Points of a counter, or a histogram's count, with ``increment`` and ``failed``; those of the window alone.

    ``numbered``: what ``line`` is made from, for those who group by it.
    """
    rows = _early(name, window, metrics, service)
    # Both are told before the rows are sorted into series, so that their labels need not be carried along.
    rows = rows.mutate(failed=failed(rows))
    rows = rows.mutate(line=numbered(rows)) if numbered else rows
    return within(increments(rows, "Count" if name == "otel_metrics_histogram" else "Value"), window)


def bucketed(window: Window, metrics: Sequence[str], service: str | None) -> Any:
    """One row a point and bucket of a histogram: ``bound`` (upper, the last infinite) and ``increment``."""
    import ibis

    rows = _early("otel_metrics_histogram", window, metrics, service)
    # Engines differ on lists of unequal length; a histogram without buckets has no quantiles anyway.
    rows = rows.filter(rows.BucketCounts.length() == rows.ExplicitBounds.length() + 1)
    # Before the window, which keeps it out of what is done for every single bucket.
    rows = rows.mutate(bounds=rows.ExplicitBounds.concat(ibis.array([float("inf")])))
    rows = within(_preceded(rows), window)
    rows = rows.mutate(cell=rows.BucketCounts.zip(rows.previous_counts, rows.bounds).unnest())
    rows = rows.mutate(in_bucket=rows.cell.f1, before=rows.cell.f2, bound=rows.cell.f3)
    rows = rows.drop("cell", "BucketCounts", "previous_counts", "ExplicitBounds", "bounds")
    now, grown = rows.in_bucket.cast("float64"), (rows.in_bucket - rows.before).cast("float64")
    return rows.mutate(
        increment=ibis.cases((rows.from_zero, now), (rows.unknown, ibis.literal(0.0)), (grown >= 0, grown), else_=now)
    )


def _preceded(rows: Any) -> Any:
    """Histogram points with their series' last ``previous_counts``, and whether they count ``from_zero``.

    Asked before the buckets are laid out in rows: a window over points is a fifteenth of one over their buckets.
    """
    import ibis

    rows = _keyed(rows)
    ordered = ibis.window(group_by="series", order_by="TimeUnix")
    rows = rows.mutate(
        nth=ibis.row_number().over(ordered),
        previous=rows.BucketCounts.lag().over(ordered),
        begun=rows.TimeUnix.min().over(ibis.window(group_by=["ServiceName", "MetricName"])),
    )
    is_new = rows.TimeUnix > rows.begun + ibis.interval(minutes=_SETTLING_MINUTES)
    is_delta = rows.AggregationTemporality == DELTA
    alike = (rows.nth > 0) & (rows.previous.length() == rows.BucketCounts.length())
    return rows.mutate(
        previous_counts=ibis.ifelse(alike, rows.previous, rows.BucketCounts),
        from_zero=is_delta | ((rows.nth == 0) & is_new) | ((rows.nth > 0) & ~alike),
        unknown=(rows.nth == 0) & ~is_new & ~is_delta,
    ).drop("previous")


def _early(name: TableName, window: Window, metrics: Sequence[str] | None, service: str | None) -> Any:
    rows = within(table(name), window, _LOOKBACK)
    if metrics is not None:
        rows = rows.filter(rows.MetricName.isin(list(metrics)))
    return rows.filter(rows.ServiceName == service) if service is not None else rows


def requests_per_step(rows: Any, step_seconds: int) -> Any:
    """time, requests, errors of `counted` points."""
    return (
        rows.group_by(time=rows.TimeUnix.bucket(seconds=step_seconds))
        .agg(requests=rows.increment.sum(), errors=rows.increment.sum(where=rows.failed))
        .order_by("time")
    )


def buckets_per_step(rows: Any, step_seconds: int) -> Any:
    """time, bound, n of `bucketed` rows."""
    return (
        rows.group_by(time=rows.TimeUnix.bucket(seconds=step_seconds), bound=rows.bound)
        .agg(n=rows.increment.sum())
        .order_by("time", "bound")
    )


def requests_per_service(rows: Any) -> Any:
    """service, metric, requests, errors of `counted` points."""
    return (
        rows.group_by(service=rows.ServiceName, metric=rows.MetricName)
        .agg(requests=rows.increment.sum(), errors=rows.increment.sum(where=rows.failed))
        .order_by("service", "metric")
    )


def buckets_per_service(rows: Any) -> Any:
    """service, metric, bound, n of `bucketed` rows."""
    return (
        rows.group_by(service=rows.ServiceName, metric=rows.MetricName, bound=rows.bound)
        .agg(n=rows.increment.sum())
        .order_by("service", "metric", "bound")
    )


def levels(rows: Any, step_seconds: int, *, labelled: bool = False) -> Any:
    """time, service, metric, unit, value (mean of the step); with ``labelled`` one course for each set of labels."""
    keys = {
        "time": rows.TimeUnix.bucket(seconds=step_seconds),
        "service": rows.ServiceName,
        "metric": rows.MetricName,
    }
    if labelled:
        keys["labels"] = rows.Attributes
    return rows.group_by(**keys).agg(unit=rows.MetricUnit.max(), value=rows.Value.mean()).order_by("metric", "time")


def rates(rows: Any, step_seconds: int) -> Any:
    """time, service, metric, labels, unit, value (increment of the step) of `counted` points."""
    return (
        rows.group_by(
            time=rows.TimeUnix.bucket(seconds=step_seconds),
            service=rows.ServiceName,
            metric=rows.MetricName,
            labels=rows.Attributes,
        )
        .agg(unit=rows.MetricUnit.max(), value=rows.increment.sum())
        .order_by("metric", "time")
    )
