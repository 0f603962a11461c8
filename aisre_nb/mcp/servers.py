"""All servers of one kernel: started together when they are first needed, and ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from aisre_nb.errors import AisreError
from aisre_nb.mcp import stand_in
from aisre_nb.mcp.background import Background
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.finding import search, tokens
from aisre_nb.mcp.offered import offered
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import Tool

if TYPE_CHECKING:
    from aisre_nb.sources.sources import Sources

AT_ONCE = 8
"""Servers that are starting at the same time."""
LIMIT = 30.0
"""Seconds that a question waits for them; one that is later brings its tools to the next question."""


class Servers:
    """Connections by name; what is configured in another way is opened anew."""

    def __init__(self) -> None:
        self._background = Background("aisre-mcp")
        self._connections: dict[str, Connection] = {}

    async def start(self, specs: Sequence[ServerSpec], seconds: float = LIMIT) -> list[str]:
        """Start what is not up, side by side; a line for each that is not up then. The others go on."""
        if not specs and not self._connections:
            return []
        return await self._background.run(self._start(specs, seconds))

    def tools(self, reads: Collection[str], most: int, without: Collection[str] = ()) -> list[Tool]:
        """Of all servers that are, or were, up, but for those of these names. Where they cost more than ``most`` tokens
        they are not listed to a model, but for two that find and call them."""
        found = [tool for c in self._connections.values() for tool in offered(c, self._background, reads)]
        found = [tool for tool in found if tool.name not in without]
        if not found or tokens(found) <= most:
            return found
        return [*search(found), *(replace(tool, listed=False) for tool in found)]

    def standing_in(
        self, reads: Collection[str], registry: Registry, sources: Sources
    ) -> tuple[dict[str, Tool], list[str]]:
        """The tools that stand in for ours, by their own names (``metoro.get_logs``); a line for each that may not."""
        stand_in.restore(registry)
        connections = list(self._connections.values())
        return stand_in.chosen(connections, self._background, reads, registry, sources)

    def asks(self, spec: ServerSpec) -> str:
        """What a person has to do before it can start; empty: nothing."""
        found = self._connections.get(spec.name)
        return found.asks if found is not None else ""

    def told(self, spec: ServerSpec) -> str:
        """What it brings, once it is up."""
        connection = self._connections[spec.name]
        count = len(connection.tools)
        left = f" ({len(connection.only_tasks)} more run as a task alone)" if connection.only_tasks else ""
        return f"{count} {'tool' if count == 1 else 'tools'}{left}, protocol {connection.version}"

    async def close(self) -> None:
        """Let go of all, and of their processes."""
        if self._connections:
            await self._background.run(self._close(list(self._connections.values())))
        self._connections.clear()
        await asyncio.to_thread(self._background.stop)

    def close_now(self, seconds: float = 15.0) -> None:
        """As `close`, from where nothing can be awaited."""
        if self._connections:
            # Where it takes longer, the guard of each ends it once this process is gone.
            with suppress(TimeoutError):
                self._background.wait(self._close(list(self._connections.values())), seconds)
        self._connections.clear()
        self._background.stop()

    def start_now(self, specs: Sequence[ServerSpec], seconds: float = LIMIT) -> list[str]:
        """As `start`, from where nothing can be awaited."""
        return self._background.wait(self._start(specs, seconds), seconds + 30.0) if specs else []

    async def _start(self, specs: Sequence[ServerSpec], seconds: float) -> list[str]:
        wanted = {spec.name: spec for spec in specs}
        old = [c for name, c in self._connections.items() if wanted.get(name) != c.spec]
        await self._close(old)
        for name, spec in wanted.items():
            if name not in self._connections or self._connections[name] in old:
                self._connections[name] = Connection(spec)
        self._connections = {name: self._connections[name] for name in wanted}
        one_of = asyncio.Semaphore(AT_ONCE)

        async def up(connection: Connection) -> str:
            async with one_of:
                try:
                    await connection.start()
                except AisreError as error:
                    return str(error)
            return ""

        tasks = {name: asyncio.create_task(up(connection)) for name, connection in self._connections.items()}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=seconds)
        gaps = []
        for name, task in tasks.items():
            if not task.done():
                task.cancel()
                # The address to sign in at is for the person alone, and for no record.
                late = f"it did not start within {seconds:g} s; its tools come to the next question"
                asks = self._connections[name].asks
                why = "it asks you to sign in → %sre mcp shows where" if asks else late
                gaps.append(f"the MCP server {name}: {why}")
            elif task.result():
                gaps.append(
                    f"the MCP server {task.result()}"
                    if task.result().startswith(name)
                    else f"the MCP server {name}: {task.result()}"
                )
        return gaps

    async def _close(self, connections: Iterable[Connection]) -> None:
        await asyncio.gather(*(connection.close() for connection in connections))
