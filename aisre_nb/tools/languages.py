"""The backends' own languages, for who knows them: LogQL, TraceQL, OpenSearch's. Each is there where its backend is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer, QuerySource
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.evidence.evidence import EvidenceKind

_TITLE = 60


class _Query(Windowed):
    """What they share."""

    source: str | None = Field(None, description="Which one, where there are several; else the first.")
    limit: int = Field(100, ge=1, le=1000, description="Rows at most.")
    step_seconds: int | None = Field(None, ge=1, le=86_400, description="Of series; else 250 points are chosen.")


class QueryLogql(_Query):
    """Arguments of `query_logql`."""

    query: str = Field(description='LogQL: {service_name="cart"} |= "timeout", or sum by (level) (rate({…}[5m])).')


class QueryTraceql(_Query):
    """Arguments of `query_traceql`."""

    query: str = Field(description='TraceQL: {resource.service.name="cart" && status=error}, or … | rate() by (name).')


class SearchLogs(Windowed):
    """Arguments of `search_logs`."""

    query: str = Field(
        description='A query string (message:timeout AND NOT log.level:debug), or one clause as JSON: {"term": {…}}.'
    )
    source: str | None = Field(None, description="Which one, where there are several; else the first.")
    limit: int = Field(100, ge=1, le=1000, description="Records at most, or values.")
    count_by: str | None = Field(
        None, pattern=r"^[\w@.-]{1,200}$", description="Count by this field's values, and bring no records."
    )


def _source(context: ToolContext, language: str, name: str | None) -> Any:
    found = [one for one in context.sources.all if getattr(one, "language", None) == language]
    chosen = next((one for one in found if name in (None, one.name)), None)
    if chosen is None:
        there = ", ".join(one.name for one in found)
        raise ToolError(f"no source {name!r} speaks {language}", f"there are {there}" if there else "go on without")
    return chosen


async def _query(context: ToolContext, language: str, arguments: QueryLogql | QueryTraceql) -> ToolResult:
    source: QuerySource = _source(context, language, arguments.source)
    answer = await source.ask(arguments.query, arguments.window(context), arguments.limit, arguments.step_seconds)
    return _result(context, arguments, answer)


async def _query_logql(context: ToolContext, arguments: QueryLogql) -> ToolResult:
    return await _query(context, "logql", arguments)


async def _query_traceql(context: ToolContext, arguments: QueryTraceql) -> ToolResult:
    return await _query(context, "traceql", arguments)


async def _search_logs(context: ToolContext, arguments: SearchLogs) -> ToolResult:
    source = _source(context, "opensearch", arguments.source)
    window = arguments.window(context)
    if arguments.count_by:
        answer = await source.counts(arguments.query, window, arguments.count_by, arguments.limit)
    else:
        answer = await source.ask(arguments.query, window, arguments.limit)
    return _result(context, arguments, answer)


def _result(context: ToolContext, arguments: QueryLogql | QueryTraceql | SearchLogs, answer: Answer) -> ToolResult:
    frame = answer.frame
    series = "signal" in frame.columns
    kind: EvidenceKind = "metrics" if series else "table"
    facts = {"rows": len(frame), "total": answer.total, "series": int(frame["signal"].nunique()) if series else None}
    title = f"{answer.source}: {' '.join(arguments.query.split())}"
    return ToolResult(
        kind, title if len(title) <= _TITLE else f"{title[:_TITLE]}…", _said(frame, answer.total, series), frame,
        facts, answer.source, answer.query, arguments.window(context), link=answer.link, notes=answer.notes,
    )  # fmt: skip


def _said(frame: pd.DataFrame, total: int | None, series: bool) -> str:
    if series:
        return f"{frame['signal'].nunique()} series, {len(frame)} points" if len(frame) else "no series"
    more = f" of {total:,}" if total is not None and total > len(frame) else ""
    return f"{len(frame)}{more} rows" if len(frame) else "nothing matches"


query_logql = Tool(
    "query_logql",
    "Loki asked in LogQL: lines, newest first, or series. For what get_logs does not tell: other labels, parsed "
    "fields, counts by a field over time. get_logs is better for one service's patterns and stack traces.",
    QueryLogql,
    _query_logql,
    estimates=True,
)
query_traceql = Tool(
    "query_traceql",
    "Tempo asked in TraceQL: traces that match, or series counted over all spans (| rate() by (…)). For what "
    "get_traces does not tell: other attributes, structure, exact counts where get_traces looks at a sample.",
    QueryTraceql,
    _query_traceql,
    estimates=True,
)
search_logs = Tool(
    "search_logs",
    "OpenSearch or Elasticsearch asked in its own language, by a query string or one clause as JSON: records, newest "
    "first, or counts by a field's values. get_logs is better for one service's patterns and stack traces.",
    SearchLogs,
    _search_logs,
    estimates=True,
)
_TOOLS = {"logql": query_logql, "traceql": query_traceql, "opensearch": search_logs}


def language_tools(sources: Sources) -> list[Tool]:
    """Those of the backends that are configured."""
    there = {getattr(one, "language", None) for one in sources.all}
    return [tool for language, tool in _TOOLS.items() if language in there]
