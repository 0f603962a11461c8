"""Traces of a case folder, found and read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aisre_nb.sandbox.serve.tables import Tables

Span = dict[str, Any]
"""A row of ``otel_traces``: TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes,
SpanAttributes, Duration (ns), StatusCode, StatusMessage, and ``at`` (ns)."""
_COLUMNS = (
    "TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes, SpanAttributes, Duration, "
    "StatusCode, StatusMessage, epoch_ns(Timestamp) AS at"
)


def read(tables: Tables, ids: Sequence[str]) -> dict[str, list[Span]]:
    """The spans of these traces, by trace, in order of time."""
    found: dict[str, list[Span]] = defaultdict(list)
    rows = tables.rows(
        f"SELECT {_COLUMNS} FROM {{otel_traces}} WHERE list_contains($ids, TraceId) ORDER BY Timestamp",
        {"ids": list(ids)},
    )
    for row in rows:
        found[row["TraceId"]].append(row)
    return {trace: found[trace] for trace in ids if trace in found}


def search(
    tables: Tables,
    since: datetime,
    until: datetime,
    limit: int,
    *,
    service: str = "",
    operation: str = "",
    least: float = 0.0,
    most: float = 1e12,
    tags: Mapping[str, str] | None = None,
) -> list[str]:
    """Ids of traces with a span in that time of which all is true, the newest first. Durations are seconds."""
    told: dict[str, Any] = {"since": since, "until": until, "limit": limit, "least": least * 1e9, "most": most * 1e9}
    where = "Timestamp >= $since AND Timestamp <= $until AND Duration >= $least AND Duration <= $most"
    for column, value in (("ServiceName", service), ("SpanName", operation)):
        if value:
            told[column] = value
            where += f" AND {column} = ${column}"
    for n, (name, value) in enumerate((tags or {}).items()):
        told |= {f"n{n}": name, f"t{n}": value}
        if name in ("error", "status"):
            where += f" AND (StatusCode = 'Error') = (lower($t{n}) IN ('true', 'error')) AND $n{n} != ''"
        else:
            where += f" AND (SpanAttributes[$n{n}] = $t{n} OR ResourceAttributes[$n{n}] = $t{n})"
    rows = tables.rows(
        f"SELECT TraceId, epoch_ns(max(Timestamp)) AS newest FROM {{otel_traces}} WHERE {where} "
        "GROUP BY TraceId ORDER BY 2 DESC, 1 LIMIT $limit",
        told,
    )
    return [row["TraceId"] for row in rows]


def root(spans: Sequence[Span]) -> Span:
    """The span that nobody called, or the earliest."""
    known = {span["SpanId"] for span in spans}
    return next((span for span in spans if span["ParentSpanId"] not in known), spans[0])
