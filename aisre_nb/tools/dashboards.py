"""What the people who run a system look at: the queries of their dashboards' panels."""

from __future__ import annotations

from pydantic import Field

from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_TOLD = 20


class SearchDashboards(Arguments):
    """Arguments of `search_dashboards`."""

    query: str = Field(min_length=1, max_length=200, description="Words of a dashboard's title: a service, a system.")
    variables: dict[str, str] = Field(
        default_factory=dict,
        description='Values of its variables, instead of those that were saved: {"service": "cart"}.',
    )
    limit: int = Field(40, ge=1, le=200, description="Queries at most.")


async def _search(context: ToolContext, arguments: SearchDashboards) -> ToolResult:
    source = configured(context.sources.dashboards, "dashboards")
    answer = await source.dashboards(arguments.query, arguments.variables, arguments.limit)
    frame, total = answer.frame, answer.total or 0
    titles = list(dict.fromkeys(frame["dashboard"]))
    said = f"{total} queries in {len(titles)} dashboards: {', '.join(titles[:5])}" if titles else "no dashboard matches"
    facts = {"dashboards": titles, "queries": frame[["panel", "type", "query"]].head(_TOLD).to_dict("records")}
    return ToolResult(
        "table", f"Dashboards: {arguments.query[:60]}", said, frame, facts, answer.source, answer.query,
        link=answer.link, notes=answer.notes,
    )  # fmt: skip


search_dashboards = Tool(
    "search_dashboards",
    "The panels of dashboards by words of the title, each with its query, ready for query_promql and the like. Use it "
    "to learn what a team itself looks at and what its metrics are called.",
    SearchDashboards,
    _search,
)
