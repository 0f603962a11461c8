"""Which services there are, who calls whom, and how they do."""

from __future__ import annotations

from typing import Any

from aisre_nb.errors import AisreError
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult


class GetServices(Windowed):
    """Arguments of `get_services`."""


async def _get_services(context: ToolContext, arguments: GetServices) -> ToolResult:
    source = configured(context.sources.metrics, "metrics")
    window = arguments.window(context)
    answer = await source.services(window)
    calls: list[Any] = []
    notes = answer.notes
    try:
        graph = await source.calls(window)
        calls, notes = graph.frame.to_dict("records"), (*notes, *graph.notes)
    except AisreError as error:
        notes = (*notes, str(error))
    services: list[Any] = answer.frame.to_dict("records")
    worst = max(services, key=lambda s: s.get("error_rate") or 0, default=None)
    said = (
        f"; the most errors: {worst['service']}, {worst['error_rate']:.2%}" if worst and worst.get("error_rate") else ""
    )
    return ToolResult(
        "services",
        "Services",
        f"{len(services)} services, {len(calls)} kinds of calls between them{said}",
        answer.frame,
        {"services": services, "calls": calls},
        answer.source,
        answer.query,
        window,
        link=answer.link,
        notes=notes,
    )


get_services = Tool(
    "get_services",
    "All services with requests, error rate and p95 latency over a window, and the call graph. Use it to learn exact "
    "names, and to see who is upstream and downstream.",
    GetServices,
    _get_services,
    estimates=True,
)
