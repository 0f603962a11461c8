"""Tools that somebody else's server brings: changes, until the user's own list says that one only looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from aisre_nb.tools.tool import Tool, ToolContext


def foreign(tool: Tool, server: str, reads: Collection[str]) -> Tool:
    """The tool as it may be offered: named and described as it came, with the effect that the user gave it.

    ``reads``: the settings' list, ``"SERVER.TOOL"``. Whatever the server itself says of the tool (the Model Context
    Protocol's ``readOnlyHint``) is a stranger's word, and lowers nothing.
    """
    touched = (f"server:{server}",)

    def scope(context: ToolContext, arguments: object) -> tuple[str, ...]:
        return touched

    effect = "read" if f"{server}.{tool.name}" in reads else "change"
    return replace(tool, effect=effect, scope=scope)  # type: ignore[arg-type]
