"""What servers' tools cost a model, and a call beside the library alone: `python tests/benchmarks/servers.py`.

A token is counted as three characters of JSON, which is more tokens than English text has. Prints; asserts nothing.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from aisre_nb.mcp.finding import search, tokens
from aisre_nb.mcp.schemas import arguments
from aisre_nb.mcp.servers import Servers
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.tool import Tool, ToolContext

BARE = str(Path(__file__).parents[1] / "mcp" / "programs" / "bare.py")
FIELDS = ("service", "namespace", "start_time", "end_time", "filter", "limit")
CALLS = 200


def _cost() -> None:
    async def handler(context: ToolContext, given: Any) -> Any:
        raise AssertionError("it is listed and priced, and never called")

    words = "Gets one kind of thing of a service in a namespace between two times. They are paged, newest first. " * 3
    properties = {
        f: {"type": "string", "description": f"The {f} that is meant, exactly as it is named."} for f in FIELDS
    }
    made = arguments("x", {"type": "object", "properties": properties, "required": ["service"]})
    tools = [Tool(f"server.get_thing_{n}", words, made, handler) for n in range(43)]
    print(f"43 tools: {tokens(tools)} tokens listed, {tokens(search(tools))} searched")


async def _timed(call: Callable[[], Awaitable[Any]]) -> float:
    await call()
    took = []
    for _ in range(CALLS):
        start = time.perf_counter()
        await call()
        took.append(time.perf_counter() - start)
    return statistics.median(took) * 1000


async def _calls() -> None:
    async with Client(StdioServerParameters(command=sys.executable, args=[BARE])) as client:
        raw = await _timed(lambda: client.call_tool("add", {"a": 1, "b": 2}))
    servers = Servers()
    try:
        gaps = await servers.start([ServerSpec("bare", sys.executable, (BARE,))])
        assert not gaps, gaps
        tool = next(tool for tool in servers.tools(["bare.add"], 100_000) if tool.name == "bare.add")
        context, given = ToolContext(Sources(), datetime.now(UTC), {}), tool.arguments.model_validate({"a": 1, "b": 2})
        ours = await _timed(lambda: tool.handler(context, given))
    finally:
        await servers.close()
    print(f"a call over standard input, median of {CALLS}: the library alone {raw:.2f} ms, through us {ours:.2f} ms")


if __name__ == "__main__":
    _cost()
    asyncio.run(_calls())
