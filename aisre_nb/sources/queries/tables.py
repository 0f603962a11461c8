"""The OpenTelemetry exporter's tables, as every query sees them, whatever generation the stored ones are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.times import Window

if TYPE_CHECKING:
    from datetime import timedelta

TableName = Literal[
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_histogram",
    "otel_logs",
    "otel_traces",
]

ColumnKind = Literal["time", "string", "integer", "number", "flag", "map", "integers", "numbers", "temporality"]

_POINT: Mapping[str, ColumnKind] = {
    "TimeUnix": "time",
    "ServiceName": "string",
    "MetricName": "string",
    "MetricUnit": "string",
    "Attributes": "map",
    "ResourceAttributes": "map",
}

COLUMNS: Mapping[TableName, Mapping[str, ColumnKind]] = {
    "otel_metrics_gauge": {**_POINT, "Value": "number"},
    "otel_metrics_sum": {**_POINT, "Value": "number", "IsMonotonic": "flag", "AggregationTemporality": "temporality"},
    "otel_metrics_histogram": {
        **_POINT,
        "Count": "integer",
        "Sum": "number",
        "BucketCounts": "integers",
        "ExplicitBounds": "numbers",
        "AggregationTemporality": "temporality",
    },
    "otel_logs": {
        "Timestamp": "time",
        "TraceId": "string",
        "SpanId": "string",
        "SeverityText": "string",
        "SeverityNumber": "integer",
        "ServiceName": "string",
        "Body": "string",
        "LogAttributes": "map",
        "ResourceAttributes": "map",
    },
    "otel_traces": {
        "Timestamp": "time",
        "TraceId": "string",
        "SpanId": "string",
        "ParentSpanId": "string",
        "SpanName": "string",
        "SpanKind": "string",
        "ServiceName": "string",
        "Duration": "integer",
        "StatusCode": "string",
        "StatusMessage": "string",
        "SpanAttributes": "map",
        "ResourceAttributes": "map",
    },
}

IBIS_TYPES: Mapping[ColumnKind, str] = {
    "time": "timestamp('UTC', 6)",
    "string": "string",
    "integer": "int64",
    "number": "float64",
    "flag": "boolean",
    "map": "map<string, string>",
    "integers": "array<int64>",
    "numbers": "array<float64>",
    "temporality": "int64",
}

DELTA = 1
"""``AggregationTemporality`` of the OpenTelemetry protocol: 1 is delta, 2 is cumulative."""


def time_column(name: TableName) -> str:
    """The column that dates a row."""
    return "TimeUnix" if "TimeUnix" in COLUMNS[name] else "Timestamp"


def table(name: TableName) -> Any:
    """The table as an unbound Ibis expression."""
    import ibis

    return ibis.table({column: IBIS_TYPES[kind] for column, kind in COLUMNS[name].items()}, name=name)


def within(rows: Any, window: Window, before: timedelta | None = None) -> Any:
    """Rows of the window; ``before`` also brings what came just ahead of it."""
    import ibis

    time = rows.TimeUnix if "TimeUnix" in rows.columns else rows.Timestamp
    start = window.start - before if before else window.start
    return rows.filter(time >= ibis.literal(start), time < ibis.literal(window.end))


def first_of(attributes: Any, *keys: str) -> Any:
    """The value of the first of these keys that is there and not empty; else the empty string."""
    import ibis

    # Short on purpose: it is evaluated for every row, and ClickHouse has '' where DuckDB has null.
    return ibis.coalesce(*(attributes.get(key).nullif("") for key in keys), "")
