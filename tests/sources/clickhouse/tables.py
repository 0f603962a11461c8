"""The OpenTelemetry exporter's tables as three of its generations make them, by the columns that anything here reads.

The columns, types and sorting keys follow exporter/clickhouseexporter/internal/sqltemplates of opentelemetry-collector-
contrib; skip indexes and columns that no question asks for are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Generation = Literal["old", "new", "json"]
"""``old``: TimestampTime beside Timestamp, nanoseconds everywhere. ``new``: sorted by five minutes, metrics in whole
seconds. ``json``: attributes as JSON instead of maps."""

_MAP = "Map(LowCardinality(String), String)"


def tables(generation: Generation) -> Mapping[str, tuple[str, str]]:
    """By name: the columns, and what follows them."""
    attributes = "JSON" if generation == "json" else _MAP
    at = "DateTime" if generation == "new" else "DateTime64(9)"
    name = "LowCardinality(String)" if generation == "new" else "String"
    old = ", TimestampTime DateTime DEFAULT toDateTime(Timestamp)" if generation == "old" else ""
    point = (
        f"ResourceAttributes {attributes}, ServiceName LowCardinality(String), MetricName {name}, "
        f"MetricDescription String, MetricUnit String, Attributes {attributes}, StartTimeUnix {at}, TimeUnix {at}"
    )
    sorted_points = "ENGINE MergeTree PARTITION BY toDate(TimeUnix) ORDER BY (ServiceName, MetricName, TimeUnix)"
    return {
        "otel_logs": (
            "Timestamp DateTime64(9), TraceId String, SpanId String, TraceFlags UInt8, SeverityText "
            f"LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String), Body String, "
            f"ResourceAttributes {attributes}, LogAttributes {attributes}{old}",
            "ENGINE MergeTree PARTITION BY toDate(TimestampTime) ORDER BY (ServiceName, TimestampTime, Timestamp)"
            if generation == "old"
            else "ENGINE MergeTree PARTITION BY toDate(Timestamp) ORDER BY "
            "(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)",
        ),
        "otel_traces": (
            "Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String, SpanName "
            "LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String), "
            f"ResourceAttributes {attributes}, SpanAttributes {attributes}, Duration UInt64, "
            "StatusCode LowCardinality(String), StatusMessage String",
            "ENGINE MergeTree PARTITION BY toDate(Timestamp) ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))",
        ),
        "otel_metrics_gauge": (f"{point}, Value Float64", sorted_points),
        "otel_metrics_sum": (f"{point}, Value Float64, AggregationTemporality Int32, IsMonotonic Bool", sorted_points),
        "otel_metrics_histogram": (
            f"{point}, Count UInt64, Sum Float64, BucketCounts Array(UInt64), ExplicitBounds Array(Float64), "
            "AggregationTemporality Int32",
            sorted_points,
        ),
    }
