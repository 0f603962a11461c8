"""Which tables are asked, and in which columns."""

from __future__ import annotations

from aisre_nb.sources.clickhouse.schema import Stored, found
from aisre_nb.sources.queries.tables import COLUMNS

LOGS = {
    "time": "DateTime64(9)",
    "string": "String",
    "integer": "UInt8",
    "map": "Map(LowCardinality(String), String)",
}


def _columns(table: str, **changed: str) -> list[dict[str, str]]:
    types = {name: LOGS[kind] for name, kind in COLUMNS["otel_logs"].items()} | changed
    return [{"table": table, "name": name, "type": kind} for name, kind in types.items() if kind]


def test_a_table_as_it_is_asked_for_needs_no_view() -> None:
    kept = found([{"name": "otel_logs", "engine": "MergeTree"}], _columns("otel_logs"))
    assert list(kept) == ["otel_logs"] and kept["otel_logs"].view == ""


def test_the_table_of_all_shards_is_asked_and_not_that_of_one() -> None:
    tables = [
        {"name": "otel_logs", "engine": "ReplicatedMergeTree"},
        {"name": "otel_logs_dist", "engine": "Distributed"},
    ]
    kept = found(tables, [*_columns("otel_logs"), *_columns("otel_logs_dist")])["otel_logs"]
    assert kept.table == "otel_logs_dist" and kept.view.endswith('FROM "otel_logs_dist")')
    tables[1]["engine"] = "MergeTree"
    assert found(tables, [*_columns("otel_logs"), *_columns("otel_logs_dist")])["otel_logs"].table == "otel_logs"


def test_older_times_and_columns_that_are_missing_are_made_up_for() -> None:
    kept = Stored("otel_logs", "otel_logs", {r["name"]: r["type"] for r in _columns("otel_logs", Timestamp="DateTime")})
    assert 'toDateTime64("Timestamp", 6, \'UTC\') AS "Timestamp"' in kept.view
    less = Stored("otel_logs", "otel_logs", {r["name"]: r["type"] for r in _columns("otel_logs", SeverityNumber="")})
    assert 'toInt64(0) AS "SeverityNumber"' in less.view


def test_keys_of_json_cannot_leave_their_quotes() -> None:
    types = {r["name"]: r["type"] for r in _columns("otel_logs", LogAttributes="JSON(max_dynamic_paths=64)")}
    kept = Stored("otel_logs", "otel_logs", types, {"LogAttributes": ("a.b", "x`; DROP TABLE y; --", "it's")})
    assert kept.json == ["LogAttributes"]
    assert '"LogAttributes".`a`.`b`' in kept.view and "`x\\`; DROP TABLE y; --`" in kept.view
    assert "'it\\'s'" in kept.view
