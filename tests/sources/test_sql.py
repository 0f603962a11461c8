"""What is sent of SQL that somebody wrote, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.errors import ToolError
from aisre_nb.sources.sql import checked

TABLES = ("otel_logs", "otel_traces")


@pytest.mark.parametrize("dialect", ["duckdb", "clickhouse"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ServiceName, count(*) AS n FROM otel_logs GROUP BY ServiceName ORDER BY n DESC",
        "WITH bad AS (SELECT * FROM otel_traces WHERE StatusCode = 'Error') SELECT count(*) FROM bad",
        "SELECT 1 UNION ALL SELECT 2",
        "SELECT avg(Duration) FROM otel_traces t JOIN otel_logs l ON l.TraceId = t.TraceId LIMIT 5",
        "SELECT LogAttributes['k'] FROM otel_logs -- and a remark; DROP TABLE x",
    ],
)
def test_a_select_over_the_tables_is_sent_with_a_limit(sql: str, dialect: str) -> None:
    sent = checked(sql, dialect, TABLES, 100)
    assert "LIMIT 5" in sent if "LIMIT 5" in sql else "LIMIT 101" in sent
    assert "DROP" not in sent and ";" not in sent


@pytest.mark.parametrize("dialect", ["duckdb", "clickhouse"])
@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE otel_logs",
        "SELECT 1; SELECT 2",
        "INSERT INTO otel_logs SELECT * FROM otel_logs",
        "SELECT * FROM system.users",
        "SELECT * FROM other",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM url('http://evil.example/x', 'CSV')",
        "SELECT * FROM otel_logs WHERE Body = file('/etc/passwd')",
        "SELECT dictGet('secrets', 'value', 1)",
        "SELECT getenv('HOME')",
        "SELECT sleep(3)",
        "SELECT * FROM remote('elsewhere:9000', 'default.otel_logs')",
        "SELECT * FROM (SELECT * FROM glob('/*'))",
        "ATTACH '/tmp/x.db'",
        "COPY otel_logs TO '/tmp/x'",
        "SET readonly = 0",
        "PRAGMA database_list",
        "EXPLAIN SELECT 1",
        "",
        "nonsense",
        "SELECT (((((",
        "(" * 5000,
    ],
)
def test_anything_else_is_not(sql: str, dialect: str) -> None:
    with pytest.raises(ToolError):
        checked(sql, dialect, TABLES, 100)


def test_settings_and_formats_of_the_server_are_not_sent() -> None:
    for sql in ("SELECT 1 SETTINGS readonly = 0", "SELECT 1 FORMAT JSON", "SELECT * FROM (SELECT 1 SETTINGS x = 1)"):
        with pytest.raises(ToolError):
            checked(sql, "clickhouse", TABLES, 100)


@given(st.text(max_size=60), st.sampled_from(["duckdb", "clickhouse"]))
def test_any_text_is_a_select_or_an_error_that_says_so(text: str, dialect: str) -> None:
    try:
        sent = checked(text, dialect, TABLES, 10)
    except ToolError:
        return
    assert sent.lstrip("( ").upper().startswith(("SELECT", "WITH", "FROM", "VALUES"))
