"""A server's tool under our own tool's name, where no source of ours answers: what it gives is evidence like ours.

Only where the user's file says so (``stand_in``), only for what the user's list calls a read (``reads``), and only
where its name and its arguments are those of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import mcp_types as types
from pydantic import BaseModel

from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp import offered, read_back, schemas
from aisre_nb.mcp.replaceable import ANSWERED_BY
from aisre_nb.tools.registry import Registry, builtin_tools
from aisre_nb.tools.tool import Tool, ToolContext

if TYPE_CHECKING:
    from aisre_nb.mcp.background import Background
    from aisre_nb.mcp.connection import Connection
    from aisre_nb.sources.sources import Sources


@dataclass(frozen=True)
class StandIn:
    """The handler."""

    connection: Connection
    background: Background
    tool: str

    async def __call__(self, context: ToolContext, given: BaseModel) -> ToolResult:
        """Ask the server. Raises `ToolError` for an answer that is none of ours, `SourceUnreachable`."""
        arguments = given.model_dump(mode="json", exclude_none=True)
        declined: list[str] = []
        found = await offered.asked(
            self.connection, self.background, self.tool, arguments, context, declined, again=True,
            meta={read_back.WHOLE: True},
        )  # fmt: skip
        made = await asyncio.to_thread(read_back.result, self.connection.spec.name, self.tool, arguments, found)
        return replace(made, notes=(*made.notes, *declined))


def chosen(
    connections: Sequence[Connection], background: Background, reads: Collection[str], registry: Registry,
    sources: Sources,
) -> tuple[dict[str, Tool], list[str]]:  # fmt: skip
    """The tools that stand in, by their servers' names of them (``metoro.get_logs``), and a line for each that may not.

    A tool that the list names goes before a source of ours; of those that ``true`` means, none does.
    """
    ours = {tool.name: tool for tool in builtin_tools() if tool.name in ANSWERED_BY}
    found: dict[str, Tool] = {}
    notes: list[str] = []
    taken: set[str] = set()
    for connection in connections:
        spec, there = connection.spec, {tool.name: tool for tool in connection.tools}
        if not spec.stand_in or not there:
            continue
        named = spec.stand_in if isinstance(spec.stand_in, tuple) else ()
        denied: list[str] = []
        for name in named or tuple(name for name in ours if name in there and not _answered(name, sources)):
            why = _why_not(name, there, ours[name], spec.name, reads)
            if name in taken:
                why = "another server does already"
            elif name in registry.names() and not _is_ours(registry.get(name), ours[name]):
                why = "a tool of your own has that name"
            if why:
                denied.append(f"{spec.name}.{name} does not stand in for {name}: {why}")
                continue
            taken.add(name)
            found[f"{spec.name}.{name}"] = _tool(ours[name], StandIn(connection, background, name))
        # Of what was not named, some may well be meant to stay what it is.
        alone = not any(known.startswith(f"{spec.name}.") for known in found)
        notes += denied if named else denied[:1] if alone else []
        if not named and alone and not denied:
            notes.append(f"no tool of {spec.name} stands in for one of ours: none is there that no source answers")
    return found, notes


def restore(registry: Registry) -> None:
    """Ours are ours again: who stood in may be gone, or no longer wanted."""
    for tool in builtin_tools():
        if tool.name in registry.names() and isinstance(registry.get(tool.name).handler, StandIn):
            registry.add(tool)


def _tool(ours: Tool, handler: StandIn) -> Tool:
    server = f"server:{handler.connection.spec.name}"

    def scope(context: ToolContext, given: Any) -> tuple[str, ...]:
        return (*ours.scope(context, given), server)

    return replace(ours, handler=handler, scope=scope, estimates=False, time_limit=offered.LIMIT)


def _why_not(
    name: str, there: Mapping[str, types.Tool], ours: Tool, server: str, reads: Collection[str]
) -> str:  # fmt: skip
    if name not in there:
        return "the server has no such tool"
    if f"{server}.{name}" not in reads:
        return f'it counts as a change → reads = ["{server}.{name}"] in aisre.toml'
    wanted, has = _shape(schemas.plain(ours.schema())), _shape(schemas.plain(there[name].input_schema))
    if wanted == has:
        return ""
    fields = {**wanted["properties"], **has["properties"]}
    differ = [f for f in fields if wanted["properties"].get(f) != has["properties"].get(f)]
    return f"its arguments are not ours ({', '.join(differ[:5]) or 'those that it needs'})"


def _shape(schema: Any) -> Any:
    """A plain schema without its words, which may change while what fits it does not."""
    if isinstance(schema, Mapping):
        kept = {k: v if k == "required" else _shape(v) for k, v in schema.items() if k not in ("default", "format")}
        if "properties" in kept:
            kept["required"] = sorted(kept.get("required", ()))
        if isinstance(kept.get("description"), str):
            del kept["description"]
        return kept
    return [_shape(each) for each in schema] if isinstance(schema, list) else schema


def _is_ours(tool: Tool, ours: Tool) -> bool:
    return tool.handler is ours.handler or isinstance(tool.handler, StandIn)


def _answered(name: str, sources: Sources) -> bool:
    return any(getattr(sources, slot) for slot in ANSWERED_BY[name])
