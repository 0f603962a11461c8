"""An investigation gets the tools of the servers that are configured."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.approval.decision import Approver
from aisre_nb.mcp.config import configured
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.record.events import Noted
from aisre_nb.session.investigation import Investigation
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources

if TYPE_CHECKING:
    from aisre_nb.mcp.servers import Servers

MISSING = "{} {} configured, and the package mcp is not installed → pip install 'aisre-nb[mcp]'"


def wanted(settings: Settings) -> tuple[list[ServerSpec], list[str]]:
    """The servers that can be tried, and a line for each that cannot; nothing of the library is imported."""
    specs, notes = configured(settings)
    if specs and importlib.util.find_spec("mcp") is None:
        names = ", ".join(spec.name for spec in specs)
        return [], [*notes, MISSING.format(f"the MCP server {names}", "is")]
    return specs, notes


def alone(settings: Settings) -> Sources | None:
    """Where servers are all that is configured: sources that answer nothing, so that no sandbox takes their place.

    None where sources are configured, or where nobody allowed a server of ``.mcp.json``, which may be for others.
    """
    if settings.sources:
        return None
    from aisre_nb.mcp.allowing import is_allowed

    specs, _ = wanted(settings)
    if not settings.mcp and not any(map(is_allowed, specs)):
        return None
    return Sources(notes=("No source is configured beside the servers of the Model Context Protocol.",))


def unused(inv: Investigation, specs: Sequence[ServerSpec]) -> None:
    """The world is a kept or a simulated one, of which live servers know nothing; the person is told."""
    if specs and not inv.introduced:
        names = ", ".join(spec.name for spec in specs)
        told = f"The MCP servers {names} are not asked: they know nothing of this world. %sre mcp tries them."
        inv.notes = (*inv.notes, told)


async def join(inv: Investigation, servers: Servers, specs: Sequence[ServerSpec], approver: Approver) -> list[str]:
    """Ask about what nobody allowed yet, start what may be, put its tools into the registry; what is missing, in lines.

    What is missing is a gap of the report; the investigation goes on without it. Raises `Stopped`.
    """
    from aisre_nb.mcp.allowing import decided

    desk = inv.desk(approver)
    # What is decided here is in the audit; an investigation's record begins with its question.
    desk.emit = lambda event: None
    gaps, allowed = [], []
    for spec in specs:
        why = await decided(spec, desk)
        if why:
            gaps.append(why)
        else:
            allowed.append(spec)
    gaps += await servers.start(allowed)
    reads = inv.settings.reads
    standing, notes = servers.standing_in(reads, inv.registry, inv.sources)
    for tool in (*standing.values(), *servers.tools(reads, inv.settings.max_tool_tokens, standing)):
        inv.registry.add(tool)
    return [*gaps, *notes]


def tell(inv: Investigation, gaps: Sequence[str]) -> None:
    """What is missing stands in the report, and is told before the first step."""
    fresh = [gap for gap in map(inv.redactor.text, gaps) if gap not in inv.gaps]
    inv.gaps += fresh
    if not inv.introduced:
        inv.notes = (*inv.notes, *fresh)
        return
    for gap in fresh:
        inv.emit(Noted(text=gap, level="warning"))
