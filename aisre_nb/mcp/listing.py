"""The tools that a server lists: all pages, within bounds."""

from __future__ import annotations

import mcp_types as types
from mcp import Client

_PAGES = 50
_TOOLS = 2_000


async def listed(client: Client) -> tuple[list[types.Tool], list[str]]:
    """Those that can be called, and the names of those that run as a task alone; a name that comes twice is the first.

    Tasks were an experiment of one generation, and are gone from the next.
    """
    found: dict[str, types.Tool] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        before = len(found)
        for tool in page.tools:
            found.setdefault(tool.name, tool)
        cursor = page.next_cursor
        # A page that brings nothing new is the last one, whatever it says.
        if cursor is None or len(found) == before or len(found) > _TOOLS:
            break
    tools = list(found.values())[:_TOOLS]
    tasks = [t.name for t in tools if t.execution is not None and t.execution.task_support == "required"]
    return [tool for tool in tools if tool.name not in tasks], tasks
