"""One SELECT over what a folder holds; what else is written is refused before it runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.open import open_case
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import tools_for
from aisre_nb.tools.sql import query_sql


@pytest.fixture
def asking(context: Any, tmp_path: Path) -> Any:
    """Twelve records of two services."""
    rows = [{"ServiceName": "web" if n % 3 else "till", "Body": f"line {n}"} for n in range(12)]
    for row in rows:
        row |= {"TraceId": "", "SpanId": "", "SeverityText": "INFO"}
    table = pa.Table.from_pylist(rows).append_column(
        "Timestamp", pa.array([context.now] * 12, pa.timestamp("ns", tz="UTC"))
    )
    pq.write_table(table, tmp_path / "otel_logs.parquet")
    return replace(context, sources=open_case(tmp_path))


async def _ask(context: Any, sql: str, **more: Any) -> Any:
    return await query_sql.handler(context, query_sql.arguments(sql=sql, **more))


async def test_rows_come_back_with_the_statement_as_it_was_sent(asking: Any) -> None:
    result = await _ask(asking, "select ServiceName, count(*) as n from otel_logs group by 1 order by n desc")
    assert result.frame is not None and result.frame.to_dict("list") == {"ServiceName": ["web", "till"], "n": [8, 4]}
    assert result.query.startswith("SELECT ServiceName, COUNT(*) AS n FROM otel_logs")
    assert result.summary == "2 rows of ServiceName, n" and result.facts["more"] is False


async def test_a_limit_is_told(asking: Any) -> None:
    result = await _ask(asking, "SELECT Body FROM otel_logs", limit=5)
    assert result.frame is not None and len(result.frame) == 5 and result.facts["more"] is True
    assert result.notes[-1] == "only the first 5 rows were fetched"


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM otel_logs", "SELECT nothing FROM otel_logs", "SELECT * FROM otel_traces", "SELECT * FROM '/etc'"],
)
async def test_what_is_wrong_is_an_error_that_says_so(asking: Any, sql: str) -> None:
    with pytest.raises(ToolError):
        await _ask(asking, sql)


def test_it_is_there_only_where_somebody_can_be_asked(asking: Any) -> None:
    assert "query_sql" in [tool.name for tool in tools_for(asking.sources)]
    assert "query_sql" not in [tool.name for tool in tools_for(Sources())]
