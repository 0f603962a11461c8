"""What comes from a server, before the protocol's library reads it: bounded, and without our own secrets."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
from mcp.shared.message import SessionMessage

from aisre_nb.mcp.spec import ServerSpec

_MOST = 20_000
"""Messages from a server between two of ours."""


@asynccontextmanager
async def bounded(transport: AbstractAsyncContextManager[Any], spec: ServerSpec, ended: asyncio.Event) -> Any:
    """The transport's two streams, with messages cleaned; ``ended`` is set when nothing comes any more."""
    async with transport as (read, write):
        into, clean = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        counted = _Counted(write)

        async def pump() -> None:
            try:
                async with into:
                    async for message in read:
                        counted.came += 1
                        if counted.came > _MOST:
                            return
                        await into.send(_cleaned(message, spec))
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                return
            finally:
                ended.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pump)
            try:
                yield clean, counted
            finally:
                clean.close()
                tasks.cancel_scope.cancel()


class _Counted:
    """The stream to the server; each message of ours lets it send more."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.came = 0

    async def send(self, message: Any) -> None:
        self.came = 0
        await self._stream.send(message)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()


def _cleaned(message: SessionMessage | Exception, spec: ServerSpec) -> SessionMessage | Exception:
    if isinstance(message, Exception):
        return message
    told = message.message
    for name in ("result", "params", "error"):
        value = getattr(told, name, None)
        if isinstance(value, dict):
            listed = value.get("tools")
            if name == "result" and isinstance(listed, list):
                # What a server says its answers look like is not needed, and a schema can be made to take for ever.
                value["tools"] = [
                    {k: v for k, v in tool.items() if k != "outputSchema"} if isinstance(tool, dict) else tool
                    for tool in listed
                ]
            if spec.secrets:
                setattr(told, name, masked(value, spec))
        elif name == "error" and spec.secrets and value is not None:
            value.message = spec.masked(value.message)
    return message


def masked(value: Any, spec: ServerSpec) -> Any:
    """JSON without the values that we got from the environment."""
    if isinstance(value, str):
        return spec.masked(value)
    if isinstance(value, dict):
        return {spec.masked(str(key)): masked(inner, spec) for key, inner in value.items()}
    return [masked(inner, spec) for inner in value] if isinstance(value, list) else value
