"""Whole traces, and the log records of the same traces: as many of them as a laptop holds."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.queries.spans import spans
from aisre_nb.sources.queries.tables import table, within
from aisre_nb.times import Window

PARTS = 10_000
"""Into how many parts traces are dealt by their id; a sample takes the first so many of them."""
_BODY = 1000
"""Characters of a record's text: enough for its place and its pattern."""


def span_count(window: Window) -> Any:
    """n: the spans of the window."""
    rows = within(table("otel_traces"), window)
    return rows.agg(n=rows.count())


def record_count(window: Window) -> Any:
    """n: the log records of the window."""
    rows = within(table("otel_logs"), window)
    return rows.agg(n=rows.count())


def sampled_spans(window: Window, parts: int) -> Any:
    """The columns of `TraceSource.span_sample`."""
    rows = _dealt(spans(window), parts)
    return rows.select(
        trace_id=rows.TraceId,
        span_id=rows.SpanId,
        parent_span_id=rows.ParentSpanId,
        service=rows.ServiceName,
        operation=rows.operation,
        start=rows.Timestamp,
        duration_ms=rows.Duration / 1e6,
        failed=rows.failed,
    ).order_by("start", "span_id")


def sampled_records(window: Window, parts: int) -> Any:
    """The columns of `LogSource.log_sample`; severities as they are stored."""
    rows = _dealt(within(table("otel_logs"), window), parts)
    return rows.select(
        time=rows.Timestamp,
        trace_id=rows.TraceId,
        span_id=rows.SpanId,
        service=rows.ServiceName,
        severity=rows.SeverityText,
        body=rows.Body.substr(0, _BODY),
    ).order_by("time", "span_id")


def dealt_traces() -> Any:
    """The ``TraceId`` of a table "traces", and its ``part``: 0 to `PARTS`, as a sample deals it; by that."""
    import ibis

    rows = ibis.table({"TraceId": "string"}, name="traces")
    return rows.mutate(part=rows.TraceId.hash().abs() % PARTS).order_by("part", "TraceId")


def _dealt(rows: Any, parts: int) -> Any:
    """Those whose trace is in the first ``parts`` of `PARTS`; what has no trace is dealt by its time."""
    if parts >= PARTS:
        return rows
    import ibis

    key = ibis.ifelse(rows.TraceId != "", rows.TraceId, rows.Timestamp.cast("string"))
    return rows.filter(key.hash().abs() % PARTS < parts)
