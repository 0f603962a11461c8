"""A call that tells how far it is and may ask the client's user; it goes on between two requests of the client.

To a client of the newest generation a question is the answer to its request, and its next request carries what the user
said; older ones are asked while their request waits.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from aisre_nb.mcp.serving.answers import of_error

_PATIENCE = 900.0
"""Seconds that a client's user may take; then the answer is no."""
_TOLD = 100
"""Lines of progress that wait to be sent; what comes on top is dropped."""
_KEY = "approval"

Context = ServerRequestContext[Any, Any]
Put = Callable[[types.ElicitRequestFormParams], Awaitable[types.ElicitResult]]
Tell = Callable[[str], None]
Work = Callable[[Put, Tell], Awaitable[types.CallToolResult]]


class Running:
    """One call."""

    def __init__(self, asked_for: tuple[str, Any], work: Work, ask: Put | None) -> None:
        self.asked_for = asked_for
        self._ask = ask
        """Of an older client; None: the question is handed back."""
        self._out: asyncio.Queue[str | types.ElicitRequestFormParams] = asyncio.Queue()
        self._answer: asyncio.Future[types.ElicitResult] | None = None
        self._lines = 0
        self.task = asyncio.ensure_future(work(self._put, self._tell))

    async def until(self, context: Context) -> types.CallToolResult | types.ElicitRequestFormParams:
        """Its result, or what it asks; progress is sent meanwhile. Cancelled, it ends."""
        try:
            while True:
                next_ = asyncio.ensure_future(self._out.get())
                await asyncio.wait({self.task, next_}, return_when=asyncio.FIRST_COMPLETED)
                if not next_.done():
                    next_.cancel()
                    return await self.task
                said = next_.result()
                if not isinstance(said, str):
                    return said
                self._lines += 1
                await context.session.report_progress(self._lines, None, said)
        except asyncio.CancelledError:
            self.task.cancel()
            raise

    def answered(self, said: types.ElicitResult) -> None:
        """The client's user answered."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(said)

    def _tell(self, line: str) -> None:
        if self._out.qsize() < _TOLD:
            self._out.put_nowait(line)

    async def _put(self, question: types.ElicitRequestFormParams) -> types.ElicitResult:
        if self._ask is not None:
            return await asyncio.wait_for(self._ask(question), _PATIENCE)
        self._answer = asyncio.get_running_loop().create_future()
        self._out.put_nowait(question)
        try:
            return await asyncio.wait_for(self._answer, _PATIENCE)
        except TimeoutError:
            return types.ElicitResult(action="cancel")


class Calls:
    """All calls of a server that wait for their client's user."""

    def __init__(self) -> None:
        self._waiting: dict[str, Running] = {}

    async def run(
        self, context: Context, params: types.CallToolRequestParams, work: Work
    ) -> types.CallToolResult | types.InputRequiredResult:
        """Begin a call, or go on with the one whose state the client sends back."""
        asked_for = (params.name, params.arguments)
        running = self._resumed(params) if params.request_state is not None else None
        if params.request_state is not None and running is None:
            return of_error("this call is over, or was never asked for: call the tool again")
        modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS

        async def ask(question: types.ElicitRequestFormParams) -> types.ElicitResult:
            return await context.session.elicit_form(question.message, question.requested_schema, context.request_id)

        running = running or Running(asked_for, work, None if modern else ask)
        found = await running.until(context)
        if isinstance(found, types.CallToolResult):
            return found
        state = secrets.token_urlsafe(24)
        self._waiting[state] = running
        running.task.add_done_callback(lambda _: self._waiting.pop(state, None))
        return types.InputRequiredResult(input_requests={_KEY: types.ElicitRequest(params=found)}, request_state=state)

    def _resumed(self, params: types.CallToolRequestParams) -> Running | None:
        running = self._waiting.get(params.request_state or "")
        if running is None or running.asked_for != (params.name, params.arguments):
            return None
        del self._waiting[params.request_state or ""]
        said = (params.input_responses or {}).get(_KEY)
        running.answered(said if isinstance(said, types.ElicitResult) else types.ElicitResult(action="cancel"))
        return running
