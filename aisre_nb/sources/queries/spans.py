"""Questions about spans: who served what, how fast, with what result, and who called whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from aisre_nb.sources.queries.tables import first_of, table, within
from aisre_nb.times import Window

Served = Literal[
    "server",  # spans of kind server: requests over a wire
    "consumer",  # spans of kind consumer: messages
    "entry",  # no kinds are kept: spans whose parent is in another service, or that have none
]

SERVER = ["Server", "SERVER", "SPAN_KIND_SERVER", "server"]
CONSUMER = ["Consumer", "CONSUMER", "SPAN_KIND_CONSUMER", "consumer"]
CLIENT = ["Client", "CLIENT", "SPAN_KIND_CLIENT", "client", "Producer", "PRODUCER", "SPAN_KIND_PRODUCER", "producer"]
_ERROR = ["Error", "ERROR", "STATUS_CODE_ERROR", "error"]
_STATUS = ("http.response.status_code", "http.status_code")
_METHOD = ("http.request.method", "http.method")
PEER = ("peer.service", "db.system.name", "db.system", "messaging.system", "server.address", "net.peer.name")
_LONGEST = timedelta(minutes=10)
"""How far before the window a parent or a trace may have begun."""


def spans(window: Window, *, early: bool = False) -> Any:
    """Spans of the window with ``operation``, ``http_status`` and ``failed``; ``early`` brings their parents too."""
    import ibis

    rows = within(table("otel_traces"), window, _LONGEST if early else None)
    method, route = first_of(rows.SpanAttributes, *_METHOD), first_of(rows.SpanAttributes, "http.route")
    bare = (rows.SpanName == method) & (route != "")
    status = first_of(rows.SpanAttributes, *_STATUS)
    return rows.mutate(
        operation=ibis.ifelse(bare, method + " " + route, rows.SpanName),
        http_status=status,
        failed=status.startswith("5") | rows.StatusCode.isin(_ERROR),
    )


def kinds(window: Window) -> Any:
    """Per service: spans, servers, consumers. Decides how the service's requests are told (`Served`)."""
    rows = within(table("otel_traces"), window)
    return (
        rows.group_by(service=rows.ServiceName)
        .agg(
            spans=rows.count(),
            servers=rows.SpanKind.isin(SERVER).sum(),
            consumers=rows.SpanKind.isin(CONSUMER).sum(),
        )
        .order_by("service")
    )


def served(window: Window, how: Served, services: Sequence[str]) -> Any:
    """The spans that stand for requests that these services served."""
    rows = spans(window)
    rows = rows.filter(rows.ServiceName.isin(list(services)))
    if how == "server":
        return rows.filter(rows.SpanKind.isin(SERVER))
    if how == "consumer":
        return rows.filter(rows.SpanKind.isin(CONSUMER))
    parents = spans(window, early=True).select(
        parent_trace="TraceId", parent_span="SpanId", parent_service="ServiceName"
    )
    joined = rows.left_join(parents, [rows.TraceId == parents.parent_trace, rows.ParentSpanId == parents.parent_span])
    # ClickHouse fills what did not join with '', DuckDB with null.
    return joined.filter(joined.parent_service.fill_null("") != joined.ServiceName).drop(
        "parent_trace", "parent_span", "parent_service"
    )


def milliseconds(rows: Any) -> Any:
    """A span's duration; the table holds nanoseconds."""
    return rows.Duration / 1e6


def per_service(rows: Any) -> Any:
    """service, requests, errors, p95_ms of `served` spans."""
    return (
        rows.group_by(service=rows.ServiceName)
        .agg(requests=rows.count(), errors=rows.failed.sum(), p95_ms=milliseconds(rows).quantile(0.95))
        .order_by("service")
    )


def per_operation(rows: Any) -> Any:
    """service, operation, requests, errors, p50_ms, p95_ms of `served` spans; most requests first."""
    import ibis

    return (
        rows.group_by(service=rows.ServiceName, operation=rows.operation)
        .agg(
            requests=rows.count(),
            errors=rows.failed.sum(),
            p50_ms=milliseconds(rows).quantile(0.5),
            p95_ms=milliseconds(rows).quantile(0.95),
        )
        .order_by(ibis.desc("requests"), "operation")
    )


def per_step(rows: Any, step_seconds: int) -> Any:
    """time, requests, errors, p50, p95, p99 (seconds) of `served` spans."""
    seconds = rows.Duration / 1e9
    return (
        rows.group_by(time=rows.Timestamp.bucket(seconds=step_seconds))
        .agg(
            requests=rows.count(),
            errors=rows.failed.sum(),
            p50=seconds.quantile(0.5),
            p95=seconds.quantile(0.95),
            p99=seconds.quantile(0.99),
        )
        .order_by("time")
    )


def active_steps(window: Window, step_seconds: int) -> Any:
    """time: the steps in which any service has a span."""
    rows = within(table("otel_traces"), window)
    return rows.select(time=rows.Timestamp.bucket(seconds=step_seconds)).distinct().order_by("time")


def chosen(rows: Any, status: Literal["any", "error", "ok"], operation: str | None) -> Any:
    """The `served` spans with that result and operation."""
    if status != "any":
        rows = rows.filter(rows.failed if status == "error" else ~rows.failed)
    return rows.filter(rows.operation == operation) if operation else rows


def newest(rows: Any, limit: int) -> Any:
    """The columns of `TraceSource.traces` that a served span has by itself."""
    import ibis

    return (
        rows.select(
            trace_id=rows.TraceId,
            span_id=rows.SpanId,
            start=rows.Timestamp,
            service=rows.ServiceName,
            operation=rows.operation,
            duration_ms=milliseconds(rows),
            status_code=rows.http_status,
            error=rows.failed,
            message=rows.StatusMessage,
        )
        .order_by(ibis.desc("start"), "span_id")
        .limit(limit)
    )


def roots(window: Window, trace_ids: Sequence[str]) -> Any:
    """trace_id, root_service, root_operation, spans: what each trace is part of."""
    rows = spans(window, early=True)
    rows = rows.filter(rows.TraceId.isin(list(trace_ids)))
    at_root = rows.ParentSpanId == ""
    return rows.group_by(trace_id=rows.TraceId).agg(
        root_service=rows.ServiceName.max(where=at_root),
        root_operation=rows.operation.max(where=at_root),
        spans=rows.count(),
    )


def one_trace(trace_id: str, window: Window) -> Any:
    """All spans of one trace, by start."""
    rows = spans(window)
    rows = rows.filter(rows.TraceId == trace_id)
    return rows.select(
        trace_id=rows.TraceId,
        span_id=rows.SpanId,
        parent_span_id=rows.ParentSpanId,
        service=rows.ServiceName,
        operation=rows.operation,
        kind=rows.SpanKind,
        start=rows.Timestamp,
        duration_ms=milliseconds(rows),
        error=rows.failed,
        message=rows.StatusMessage,
        attributes=rows.SpanAttributes,
        resource=rows.ResourceAttributes,
    ).order_by("start", "span_id")


def calls(window: Window) -> Any:
    """caller, callee, calls, errors, p95_ms: spans whose parent is in another service.

    And ``after_start``, ``after_end``: the median seconds by which they begin after their parent begins, and ends.
    """
    rows = spans(window)
    parents = spans(window, early=True)
    parents = parents.select(
        parent_trace="TraceId", parent_span="SpanId", caller="ServiceName", parent_at=parents.Timestamp.epoch_seconds(),
        parent_seconds=parents.Duration / 1e9,
    )  # fmt: skip
    pairs = rows.inner_join(parents, [rows.TraceId == parents.parent_trace, rows.ParentSpanId == parents.parent_span])
    pairs = pairs.filter(pairs.caller != pairs.ServiceName)
    after = pairs.Timestamp.epoch_seconds() - pairs.parent_at
    # What is consumed may lie in a queue for hours.
    waited = pairs.SpanKind.isin(CONSUMER)
    return (
        pairs.group_by(caller=pairs.caller, callee=pairs.ServiceName)
        .agg(
            calls=pairs.count(),
            errors=pairs.failed.sum(),
            p95_ms=milliseconds(pairs).quantile(0.95),
            after_start=after.quantile(0.5),
            after_end=(after - pairs.parent_seconds).quantile(0.5, where=~waited),
        )
        .order_by("caller", "callee")
    )


def leaf_calls(window: Window) -> Any:
    """The columns of `calls`, for client spans that nobody continued: databases, queues, other people's services."""
    rows = spans(window)
    rows = rows.mutate(callee=first_of(rows.SpanAttributes, *PEER))
    rows = rows.filter(rows.SpanKind.isin(CLIENT), rows.callee != "")
    children = spans(window).select(child_trace="TraceId", child_parent="ParentSpanId")
    leaves = rows.anti_join(children, [rows.TraceId == children.child_trace, rows.SpanId == children.child_parent])
    return (
        leaves.group_by(caller=leaves.ServiceName, callee=leaves.callee)
        .agg(calls=leaves.count(), errors=leaves.failed.sum(), p95_ms=milliseconds(leaves).quantile(0.95))
        .order_by("caller", "callee")
    )
