"""A server's tools as tools of the agent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

import mcp_types as types
from pydantic import BaseModel

from aisre_nb.errors import SourceUnreachable
from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.change import ChangeView
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp import results, schemas
from aisre_nb.mcp.background import Background
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.eliciting import elicited
from aisre_nb.tools.foreign import foreign
from aisre_nb.tools.tool import Tool, ToolContext

_WORDS = 1_000
"""Characters of a tool's description."""
LIMIT = 4 * 3600.0
"""Seconds; the connection knows how long a call may take without the waits for a person."""
_SMALL = 20_000
"""Characters of an answer."""
_EVERY = 0.25
"""Seconds between two lines of progress."""


def offered(connection: Connection, background: Background, reads: Collection[str]) -> list[Tool]:
    """All tools that the server listed, named ``server.tool``; they are changes but for those of the user's list."""
    return [_tool(connection, background, tool, reads) for tool in connection.tools if _name(tool)]


def _name(listed: types.Tool) -> str:
    """On one line, and without what hides or steers."""
    return " ".join(visible(listed.name).split())[:100]


def _tool(connection: Connection, background: Background, listed: types.Tool, reads: Collection[str]) -> Tool:
    spec, name = connection.spec, _name(listed)
    described = cut(visible(" ".join((listed.description or listed.title or name).split())), _WORDS)
    full = f"{spec.name}.{name}"

    async def handler(context: ToolContext, given: BaseModel) -> ToolResult:
        arguments = given.model_dump(mode="json")
        declined: list[str] = []
        found = await asked(
            connection, background, listed.name, arguments, context, declined, again=tool.effect == "read"
        )
        # A thread costs more than a small answer does.
        large = not found.content or sum(len(getattr(block, "text", "")) for block in found.content) > _SMALL
        work = partial(results.result, spec.name, name, arguments, found)
        made = await asyncio.to_thread(work) if large else work()
        return _with_notes(made, declined)

    async def preview(context: ToolContext, given: BaseModel) -> ChangeView:
        rows = tuple((str(k), "", str(v)) for k, v in given.model_dump(mode="json").items() if v is not None)
        hint = (
            f'It is taken for a change until your own list says that it only looks: reads = ["{full}"] in aisre.toml.'
        )
        body = cut(described, 400) + ("" if full in reads else f"\n\n{hint}")
        return ChangeView(f"Call {full}", body, f"server {spec.name}", rows=rows)

    made = Tool(
        name, described, schemas.arguments(name, listed.input_schema), handler, preview=preview, time_limit=LIMIT
    )
    tool = replace(foreign(made, spec.name, reads), name=full)
    # The handler reads its effect: the user's, not the server's.
    return tool


async def asked(
    connection: Connection, background: Background, tool: str, arguments: dict[str, Any], context: ToolContext,
    declined: list[str], *, again: bool, meta: dict[str, Any] | None = None,
) -> types.CallToolResult:  # fmt: skip
    """In the background's loop; what a person is asked and told happens in ours."""
    here = asyncio.get_running_loop()
    tell = _Progress(connection.spec.name, context.tell, connection.spec.masked)

    async def progress(done: float, total: float | None, message: str | None) -> None:
        here.call_soon_threadsafe(tell, done, total, message)

    async def elicit(params: types.ElicitRequestParams) -> types.ElicitResult:
        asking = asyncio.run_coroutine_threadsafe(elicited(connection.spec, context.ask, params, declined), here)
        return await asyncio.wrap_future(asking)

    try:
        return await background.run(connection.call(tool, arguments, progress, elicit, meta))
    except SourceUnreachable:
        # A server that ended while it looked is started again and asked once more; a change is never sent twice.
        if not again or connection.up or connection.flooded:
            raise
    return await background.run(connection.call(tool, arguments, progress, elicit, meta))


class _Progress:
    """A line now and then, whatever a server sends."""

    def __init__(self, server: str, tell: Callable[[str], None], masked: Callable[[str], str]) -> None:
        self._server, self._tell, self._masked = server, tell, masked
        self._last = 0.0

    def __call__(self, done: float, total: float | None, message: str | None) -> None:
        if time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        part = f"{done / total:.0%}" if total else f"{done:g}"
        said = cut(visible(" ".join((message or "").split())), 160)
        self._tell(f"{self._server}: {part} {said}".rstrip() + "\n")


def _with_notes(made: ToolResult, notes: list[str]) -> ToolResult:
    return replace(made, notes=(*made.notes, *notes)) if notes else made
