"""A question in SQL, where the tools' own questions are not enough."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult


class QuerySql(Arguments):
    """Arguments of `query_sql`."""

    sql: str = Field(min_length=1, max_length=20_000, description="One SELECT. Bound the time: the tables are large.")
    limit: int = Field(200, ge=1, le=5000, description="Rows at most.")


async def _query_sql(context: ToolContext, arguments: QuerySql) -> ToolResult:
    source = configured(context.sources.sql, "SQL")
    answer = await source.sql(arguments.sql, arguments.limit)
    more = len(answer.frame) > arguments.limit
    frame = answer.frame.head(arguments.limit)
    facts: dict[str, Any] = {
        "rows": len(frame),
        "more": more,
        "columns": [str(c) for c in frame.columns],
        "first": frame.head(1).astype(str).to_dict("records"),
    }
    rows = f"{'the first ' if more else ''}{len(frame)} row{'' if len(frame) == 1 else 's'}"
    said = f"{rows} of {', '.join(facts['columns'][:8])}"
    notes = (*answer.notes, f"only the first {arguments.limit} rows were fetched") if more else answer.notes
    return ToolResult(
        "table", "SQL", said, frame, facts, answer.source, answer.query, link=answer.link, notes=notes
    )  # fmt: skip


query_sql = Tool(
    "query_sql",
    "One SELECT over otel_traces, otel_logs, otel_metrics_gauge, otel_metrics_sum and otel_metrics_histogram, the "
    "tables of OpenTelemetry's ClickHouse exporter (Timestamp or TimeUnix, ServiceName, SpanName, "
    "SpanAttributes['key'], Body, …). Only for what no other tool answers. Nothing can be changed by it.",
    QuerySql,
    _query_sql,
    estimates=True,
)
