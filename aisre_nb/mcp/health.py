"""Each configured server tried: it works, or how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.mcp.joining import wanted
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.settings import Settings

if TYPE_CHECKING:
    from aisre_nb.mcp.servers import Servers

SECONDS = 20.0


@dataclass(frozen=True)
class Tried:
    """One server."""

    name: str
    ok: bool
    detail: str


def tried(settings: Settings, servers: Servers | None = None) -> list[Tried]:
    """All of them, side by side, from where nothing can be awaited. ``servers``: those of the kernel, which stay up."""
    specs, notes = wanted(settings)
    found = [Tried("mcp", False, note) for note in notes]
    if not specs:
        return found
    from aisre_nb.mcp.allowing import how, is_allowed
    from aisre_nb.mcp.servers import Servers

    may = [spec for spec in specs if is_allowed(spec)]
    found += [Tried(spec.name, False, how(spec)) for spec in specs if spec not in may]
    ours = servers or Servers()
    try:
        gaps = ours.start_now(may, SECONDS)
        tools = ours.tools(settings.reads, settings.max_tool_tokens)
        for spec in may:
            gap = next((g for g in gaps if g.startswith(f"the MCP server {spec.name}")), "")
            reads = sum(t.name.startswith(f"{spec.name}.") and t.effect == "read" for t in tools)
            works = "" if gap else f"MCP server: {ours.told(spec)}, {reads} of them only look{_standing(spec)}"
            found.append(Tried(spec.name, not gap, works or ours.asks(spec) or gap))
    finally:
        if servers is None:
            ours.close_now()
    return found


def _standing(spec: ServerSpec) -> str:
    if not spec.stand_in:
        return ""
    named = ", ".join(spec.stand_in) if isinstance(spec.stand_in, tuple) else "what no source answers"
    return f"; it may stand in for {named}"
