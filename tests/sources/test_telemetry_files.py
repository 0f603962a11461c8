"""The views over stored tables: one shape, and nothing in the way of a filter."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from aisre_nb.sources.telemetry_files import stored_tables, view


def _written(folder: Path, *parts: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    (folder / "otel_logs").mkdir()
    for n, part in enumerate(parts):
        connection.execute(f"COPY ({part}) TO '{folder}/otel_logs/{n}.parquet' (FORMAT parquet)")
    stored = stored_tables(folder, connection)["otel_logs"]
    connection.execute(view(stored))
    return connection


NAMED = "SELECT 'a' AS ServiceName, 'x' AS Body"
UNNAMED = "SELECT NULL::VARCHAR AS ServiceName, 'y' AS Body"
WITHOUT = "SELECT 'z' AS Body"


@pytest.mark.parametrize("other", [UNNAMED, WITHOUT])
def test_a_missing_text_is_empty_whichever_part_lacks_it(tmp_path: Path, other: str) -> None:
    rows = _written(tmp_path, NAMED, other).sql("SELECT ServiceName FROM otel_logs ORDER BY Body").fetchall()
    assert rows == [("a",), ("",)]


def test_a_filter_reaches_a_file_that_lacks_nothing(tmp_path: Path) -> None:
    both = "SELECT unnest(['a', 'c']) AS ServiceName, 'x' AS Body"
    connection = _written(tmp_path, both, both)
    plan = connection.execute("EXPLAIN SELECT Body FROM otel_logs WHERE ServiceName = 'b'").fetchall()[0][1]
    assert "COALESCE" not in plan and "Filters" in plan


def test_an_empty_map_is_no_missing_one(tmp_path: Path) -> None:
    made = "SELECT 'x' AS Body, MAP {}::MAP(VARCHAR, VARCHAR) AS LogAttributes"
    null = "SELECT 'y' AS Body, NULL::MAP(VARCHAR, VARCHAR) AS LogAttributes"
    rows = _written(tmp_path, made, null).sql("SELECT cardinality(LogAttributes) FROM otel_logs").fetchall()
    assert rows == [(0,), (0,)]
