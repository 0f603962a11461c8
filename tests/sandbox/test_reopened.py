"""A world that was closed and opened goes on as one that was not: counters of busy worlds do not fall between."""

from __future__ import annotations

from pathlib import Path

import duckdb

from aisre_nb.sandbox import World, create


def test_counters_go_on_where_they_were(tmp_path: Path) -> None:
    # Busy enough that its requests are simulated in several parts.
    create("frontend-question", 1, tmp_path / "world", per_second=40, hours=1)
    World.open(tmp_path / "world").advance(3)
    path = tmp_path / "world" / "otel_metrics_histogram.parquet" / "*.parquet"
    least = duckdb.sql(f"""
        SELECT min(d) FROM (
            SELECT Count - lag(Count) OVER (
                PARTITION BY ResourceAttributes, Attributes, MetricName, ServiceName ORDER BY TimeUnix) AS d
            FROM read_parquet('{path}'))""").fetchall()
    assert least == [(0,)]
