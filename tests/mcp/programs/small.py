"""A small real server: ``python small.py`` over standard input, ``python small.py http PORT`` over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

server = MCPServer("small")


class Cluster(BaseModel):
    name: str = Field(description="Which cluster?")
    nodes: int = Field(3, description="How many nodes?")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def pods(count: int = 3) -> list[dict[str, Any]]:
    """Lists pods."""
    return [{"pod": f"cart-{n}", "phase": "Running", "restarts": n, "labels": {"app": "cart"}} for n in range(count)]


@server.tool(structured_output=False)
def latency(minutes: int = 30) -> str:
    """A series, as JSON in a text."""
    values = [[1_772_366_400 + 60 * n, str(0.1 + n / 100)] for n in range(minutes)]
    series = {"metric": {"__name__": "latency", "service": "cart"}, "values": values}
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [series]}})


@server.tool(structured_output=False)
def text(lines: int = 5_000) -> str:
    """A long text."""
    return "\n".join(f"line {n} of a long text" for n in range(lines))


@server.tool()
async def slow(seconds: float, context: Context) -> str:
    """Tells how far it is."""
    for n in range(10):
        await context.report_progress(n, 10, f"step {n}")
        await asyncio.sleep(seconds / 10)
    return "done"


def _mark(file: str) -> None:
    Path(file).write_text("cancelled")


@server.tool()
async def hang(marker: str) -> str:
    """Never answers; writes down that it was cancelled."""
    try:
        await asyncio.sleep(300)
    except asyncio.CancelledError:
        _mark(marker)
        raise
    return "woke up"


@server.tool()
def fails() -> str:
    """Fails."""
    raise ToolError("the disk is full")


async def which() -> Elicit[Cluster]:
    return Elicit("Which cluster do you mean?", Cluster)


@server.tool()
def where(answer: Annotated[ElicitationResult[Cluster], Resolve(which)]) -> str:
    """Asks which cluster is meant."""
    if isinstance(answer, AcceptedElicitation):
        return f"{answer.data.name} with {answer.data.nodes} nodes"
    return "nobody said"


if __name__ == "__main__":
    if sys.argv[1:2] == ["http"]:
        server.run("streamable-http", port=int(sys.argv[2]))
    else:
        server.run()
