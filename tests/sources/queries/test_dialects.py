"""Every question compiles for both engines, and DuckDB answers it on empty tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import ibis
import pytest

from aisre_nb.sources.queries import flow, points, records, samples, separation, spans
from aisre_nb.sources.queries.tables import COLUMNS, IBIS_TYPES, table
from aisre_nb.times import Window

W = Window(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC))
HISTOGRAM = "otel_metrics_histogram"

QUESTIONS: dict[str, Callable[[], Any]] = {
    "kinds": lambda: spans.kinds(W),
    "served by kind": lambda: spans.per_service(spans.served(W, "server", ["a"])),
    "served by kind consumer": lambda: spans.per_service(spans.served(W, "consumer", ["a"])),
    "served by parent": lambda: spans.per_service(spans.served(W, "entry", ["a"])),
    "operations": lambda: spans.per_operation(spans.served(W, "server", ["a"])),
    "steps": lambda: spans.per_step(spans.served(W, "entry", ["a"]), 60),
    "active steps": lambda: spans.active_steps(W, 60),
    "newest": lambda: spans.newest(spans.chosen(spans.served(W, "server", ["a"]), "error", "GET /x"), 50),
    "roots": lambda: spans.roots(W, ["t1", "t2"]),
    "one trace": lambda: spans.one_trace("t1", W),
    "calls": lambda: spans.calls(W),
    "leaf calls": lambda: spans.leaf_calls(W),
    "visits": lambda: flow.visits(W, W.start),
    "calls by operation": lambda: flow.calls(W, W.start),
    "values of bad requests": lambda: separation.values(W, W.start, "a", ["GET /x"], "errors"),
    "values of slow requests": lambda: separation.values(W, W.start, "a", [], "latency"),
    "between places": lambda: separation.places(W, W.start, "zone"),
    "names": lambda: points.names(HISTOGRAM, None, None),
    "requests a step": lambda: points.requests_per_step(points.counted(HISTOGRAM, W, ["m"], "a"), 60),
    "counter a step": lambda: points.requests_per_step(points.counted("otel_metrics_sum", W, ["m"], "a"), 60),
    "requests a service": lambda: points.requests_per_service(points.counted(HISTOGRAM, W, ["m"], None)),
    "buckets a step": lambda: points.buckets_per_step(points.bucketed(W, ["m"], "a"), 60),
    "buckets a service": lambda: points.buckets_per_service(points.bucketed(W, ["m"], None)),
    "levels": lambda: points.levels(points.points("otel_metrics_gauge", W, None, "a"), 60),
    "labelled levels": lambda: points.levels(points.points("otel_metrics_gauge", W, ["m"], None), 60, labelled=True),
    "rates": lambda: points.rates(points.counted("otel_metrics_sum", W, ["m"], "a"), 60),
    "sampled spans": lambda: samples.sampled_spans(W, 12),
    "sampled records": lambda: samples.sampled_records(W, 12),
    "records": lambda: records.newest(
        records.records("a", W, severity="warn", contains="x", operation="GET /x", trace_id="t"), 10
    ),
    "records without spans": lambda: records.newest(
        records.records("a", W, operation="GET /x", with_spans=False), 10
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_compiles_for_clickhouse(name: str) -> None:
    sql = str(ibis.to_sql(QUESTIONS[name](), dialect="clickhouse"))
    assert "SELECT" in sql
    assert "time_bucket" not in sql.lower()
    assert "date_bin" not in sql.lower()


@pytest.mark.parametrize("name", QUESTIONS)
def test_duckdb_answers_it(name: str) -> None:
    connection = duckdb.connect(":memory:")
    for tablename in COLUMNS:
        schema = ibis.schema({c: IBIS_TYPES[k] for c, k in COLUMNS[tablename].items()})
        columns = ", ".join(f'"{c}" {t}' for c, t in _duckdb_types(schema))
        connection.execute(f"CREATE TABLE {tablename} ({columns})")
    sql = str(ibis.to_sql(QUESTIONS[name](), dialect="duckdb"))
    assert connection.execute(sql).fetchall() == []


def _duckdb_types(schema: Any) -> list[tuple[str, str]]:
    from ibis.backends.sql.datatypes import DuckDBType

    return [(name, str(DuckDBType.from_ibis(kind).sql("duckdb"))) for name, kind in schema.items()]


def test_text_from_outside_is_quoted_in_both() -> None:
    hostile = "a' OR 1=1 --"
    rows = table("otel_logs")
    for dialect in ("duckdb", "clickhouse"):
        sql = str(ibis.to_sql(rows.filter(rows.ServiceName == hostile), dialect=dialect))
        assert "'a' OR" not in sql
