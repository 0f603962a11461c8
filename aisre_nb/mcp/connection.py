"""One server's connection: one task owns it, opens it when it is needed, and closes it."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import IO, Any

import mcp_types as types
from mcp import Client, MCPError

from aisre_nb import __version__
from aisre_nb.errors import AisreError, SourceUnreachable
from aisre_nb.evidence.invisible import visible
from aisre_nb.mcp import guard, oauth, opening, web
from aisre_nb.mcp.listing import listed
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.mcp.waiting import Elicit, Progress, Waiting, either

_CLOSING = 12.0
"""Seconds within which a server that ignores everything is killed."""
_SIGNING_IN = 300.0
_WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds before the next start, after so many in a row without a call that was answered."""
_PATIENT = 4.0
"""Seconds that a call waits for a start that is not due yet."""

# Where nobody configured logging, the library's warnings would be printed into the cell.
logging.getLogger("mcp").addHandler(logging.NullHandler())


class Connection:
    """Lives in the background's loop; every method belongs to that loop."""

    def __init__(self, spec: ServerSpec) -> None:
        self.spec = spec
        self.tools: list[types.Tool] = []
        self.only_tasks: list[str] = []
        """Tools that run as a task alone, which we do not do."""
        self.version = ""
        """Of the protocol, once it is up."""
        self.failure: AisreError | None = None
        """Why it is down; None: it was not tried, or it is up."""
        self.asks = ""
        """What a person has to do before it can start: sign in."""
        self.starts = 0
        self._client: Client | None = None
        self._owner: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] | None = None
        self._ended = asyncio.Event()
        self._stop = asyncio.Event()
        self._row = 0
        """Starts in a row without a call that was answered."""
        self._not_before = 0.0
        self._heard = web.Heard()
        self._memory = oauth.Memory()
        self._said = ""
        """Its last words, when it ended."""
        self._asking: list[Waiting] = []

    @property
    def flooded(self) -> bool:
        """Whether it was ended for what it sent: the same call would end it again."""
        return guard.FLOODED in self._said

    @property
    def up(self) -> bool:
        """Whether it can be asked now."""
        return self._client is not None and not self._ended.is_set()

    async def start(self, patience: float = 0.0) -> None:
        """Make sure that it is up; ``patience``: how long a start that is not due yet is waited for, in seconds.

        Raises `SourceUnreachable`.
        """
        if self.up:
            return
        if self._stop.is_set():
            raise SourceUnreachable(f"{self.spec.name} was closed", "the next question starts it again")
        if self._ready is None or self._ready.done():
            wait = self._not_before - time.monotonic()
            if wait > patience:
                why = self.failure.message if self.failure else f"{self.spec.name} ended again and again"
                raise SourceUnreachable(why, f"mend it; it is not started again within {wait:.0f} s")
            self._ready = asyncio.get_running_loop().create_future()
            self._owner = asyncio.create_task(self._own(self._owner, self._ready, max(wait, 0.0)))
        # Shielded: who waits may give up; the start goes on, for the next question.
        await asyncio.shield(self._ready)

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        progress: Progress,
        elicit: Elicit,
        meta: dict[str, Any] | None = None,
    ) -> types.CallToolResult:
        """Ask it. Raises `SourceUnreachable` where it is gone or does not answer; what it says itself is a result."""
        await self.start(_PATIENT)
        client = self._client
        assert client is not None
        asking = Waiting(elicit, progress)
        self._asking.append(asking)
        told: Any = meta
        work = asyncio.ensure_future(client.call_tool(tool, arguments, progress_callback=asking.progressed, meta=told))
        try:
            await asking.done(work, self.spec.call_seconds)
            found = work.result()
        except MCPError as error:
            raise await self._failed(tool, error) from None
        except TimeoutError:
            told = f"{self.spec.name} gave no answer within {self.spec.call_seconds:g} s"
            raise SourceUnreachable(told, "ask for less, or raise its call_seconds") from None
        except Exception as error:
            # The library raises many kinds for answers that are none.
            told = visible(" ".join(self.spec.masked(str(error)).split()))[:300]
            raise SourceUnreachable(f"{self.spec.name} gave no readable answer: {told}", "ask something else") from None
        finally:
            self._asking.remove(asking)
            if not work.done():
                work.cancel()
                await asyncio.wait({work}, timeout=_CLOSING)
        self._row = 0
        return found

    async def close(self) -> None:
        """Let go of it, and of its process."""
        self._stop.set()
        if self._owner is not None and not self._owner.done():
            await asyncio.wait({self._owner}, timeout=_CLOSING)
            self._owner.cancel()
            await asyncio.wait({self._owner}, timeout=_CLOSING)

    async def _failed(self, tool: str, error: MCPError) -> AisreError:
        told = visible(" ".join(error.message.split()))[:300]
        if error.code == types.CONNECTION_CLOSED or self._ended.is_set():
            self._ended.set()
            if self._owner is not None:
                # What it said is known once it is closed.
                await asyncio.wait({self._owner}, timeout=_CLOSING)
            step = "ask it for less" if self.flooded else "it is started again for the next call"
            return web.understood(self.spec, self._heard) or SourceUnreachable(
                f"{self.spec.name} ended while {tool} ran{self._said}", step
            )
        if error.code == types.URL_ELICITATION_REQUIRED:
            step = "do by yourself what it wants to be done there, then ask again"
            return SourceUnreachable(f"{self.spec.name} wants a page to be opened, which is not done: {told}", step)
        failure = web.understood(self.spec, self._heard)
        if failure is not None or told == "Session terminated":
            # A new session, or a new token, next time.
            self._ended.set()
        return failure or SourceUnreachable(f"{self.spec.name}: {told}", "correct the call, or ask something else")

    async def _own(self, before: asyncio.Task[None] | None, ready: asyncio.Future[None], wait: float) -> None:
        """Opens, waits for the end, closes: all in this one task, as the library needs it."""
        if before is not None:
            await asyncio.wait({before}, timeout=_CLOSING)
        await asyncio.sleep(wait)
        self._row += 1
        self._not_before = time.monotonic() + _WAITS[min(self._row, len(_WAITS)) - 1]
        self._ended, self._heard, self._said = asyncio.Event(), web.Heard(), ""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
            try:
                async with self._open(errors) as client:
                    self._client, self.failure, self.asks = client, None, ""
                    self.version = client.protocol_version
                    self.starts += 1
                    if not ready.done():
                        ready.set_result(None)
                    await either(self._ended, self._stop)
                    self._client = None
                self._said = self._last(_tail(errors))
            except Exception as error:
                self.failure = self._why(error, _tail(errors))
            finally:
                self._client = None
                self._ended.set()
                if not ready.done():
                    # Whoever waited may have gone.
                    ready.set_exception(self.failure or SourceUnreachable(f"{self.spec.name} was closed"))
                    ready.exception()

    @asynccontextmanager
    async def _open(self, errors: IO[str]) -> AsyncIterator[Client]:
        limit = self.spec.start_seconds
        if self.spec.oauth is not None and not self.spec.oauth.client_secret:
            limit = max(limit, _SIGNING_IN)

        def tell(line: str) -> None:
            self.asks = line

        async with AsyncExitStack() as stack:
            # asyncio's own limit: a scope of the library's must not end before those that were opened within it.
            async with asyncio.timeout(limit):
                transport = opening.transport(self.spec, errors, self._heard, self._ended, self._memory, tell)
                client = Client(
                    transport,
                    mode=self.spec.protocol,
                    elicitation_callback=self._elicited,
                    client_info=types.Implementation(name="aisre-nb", version=__version__),
                    cache=None,
                )
                await stack.enter_async_context(client)
                self.tools, self.only_tasks = await listed(client)
            yield client

    async def _elicited(self, context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        """The server does not always say for which call it asks: it is the newest."""
        if not self._asking:
            return types.ElicitResult(action="decline")
        return await self._asking[-1].elicited(params)

    def _last(self, said: str) -> str:
        """The last line of what it wrote to standard error."""
        lines = visible(self.spec.masked(said)).strip().splitlines()
        return f"; it said: {lines[-1][:300]}" if lines else ""

    def _why(self, error: BaseException, said: str) -> AisreError:
        failure = _first(error)
        name, tail = self.spec.name, self._last(said)
        if isinstance(failure, AisreError):
            return failure
        if isinstance(failure, TimeoutError):
            step = "raise its start_seconds, or try its command in a terminal"
            return SourceUnreachable(f"{name} did not list its tools within {self.spec.start_seconds:g} s{tail}", step)
        if self.spec.url and (found := web.understood(self.spec, self._heard)):
            return found
        told = visible(" ".join(self.spec.masked(str(failure)).split()))[:300]
        what = "ended before it listed its tools" if self.spec.command else f"did not answer ({told})"
        step = "try its command in a terminal" if self.spec.command else "look at its url"
        return SourceUnreachable(f"{name} {what}{tail}", step)


def _first(error: BaseException) -> BaseException:
    """Of a group the one that tells most: not a connection that was closed because of another."""
    while isinstance(error, BaseExceptionGroup):
        error = next((e for e in error.exceptions if not isinstance(e, MCPError)), error.exceptions[0])
    return error


def _tail(errors: IO[str]) -> str:
    with suppress(OSError, ValueError):
        errors.seek(0)
        return errors.read()[-4000:]
    return ""
