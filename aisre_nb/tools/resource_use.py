"""What pods and nodes use now, against what they may."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.base import ResourceUse
from aisre_nb.sources.manifests import same_service
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_ROWS = 100
_TOLD = 3


class GetResourceUse(Arguments):
    """Arguments of `get_resource_use`."""

    service: str | None = Field(None, description="Only this service's pods. Leave out to see nodes, too.")


async def _get_resource_use(context: ToolContext, arguments: GetResourceUse) -> ToolResult:
    source = context.sources.kubernetes
    if not isinstance(source, ResourceUse):
        raise ToolError("no source measures what pods use", "ask for metrics instead")
    answer = await source.usage()
    frame = answer.frame
    if arguments.service:
        frame = frame[[same_service(str(name), arguments.service) for name in frame["service"]]]
    if frame.empty:
        raise SignalMissing(f"no pod belongs to {arguments.service}", "leave the service out to see all")
    frame = frame.assign(
        cpu_of_limit=(frame["cpu"].astype(float) / frame["cpu_limit"].astype(float)).round(3),
        memory_of_limit=(frame["memory"].astype(float) / frame["memory_limit"].astype(float)).round(3),
    )
    worst = frame[["cpu_of_limit", "memory_of_limit"]].max(axis=1)
    frame = frame.loc[worst.sort_values(ascending=False, na_position="last", kind="stable").index].head(_ROWS)
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    near = [_near(row) for row in rows if max(row["cpu_of_limit"] or 0, row["memory_of_limit"] or 0) > 0][:_TOLD]
    said = "; ".join(near) or f"{len(rows)} containers and nodes, without a measured use or a limit"
    title = f"Use of {arguments.service or 'pods and nodes'}"
    facts = {"service": arguments.service, "rows": rows[:_ROWS]}
    return ToolResult(
        "table", title, said, frame.reset_index(drop=True), facts, answer.source, answer.query, notes=answer.notes
    )


def _near(row: dict[str, Any]) -> str:
    what = "memory" if (row["memory_of_limit"] or 0) >= (row["cpu_of_limit"] or 0) else "cpu"
    whose = f"{row['name']}/{row['container']}" if row["container"] else f"node {row['name']}"
    return f"{whose} uses {row[f'{what}_of_limit']:.0%} of its {what}"


get_resource_use = Tool(
    "get_resource_use",
    "CPU (cores) and memory (bytes) of pods and nodes now, with requests and limits, those nearest to a limit first. "
    "Ask where pods are killed, throttled or evicted; for how it went over time ask for metrics.",
    GetResourceUse,
    _get_resource_use,
)
