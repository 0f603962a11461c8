"""How long a call is waited for: not while a person answers, and longer while the server tells how far it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types

Progress = Callable[[float, float | None, str | None], Awaitable[None]]
Elicit = Callable[[types.ElicitRequestParams], Awaitable[types.ElicitResult]]

_LONGEST = 10
"""Times its limit that a call may take which tells of progress."""


class Waiting:
    """One call that waits for its answer; what a person takes to answer the server does not count."""

    def __init__(self, elicit: Elicit, progress: Progress) -> None:
        self._elicit = elicit
        self._progress = progress
        self._heard = self._begun = time.monotonic()
        self._open = 0

    async def done(self, work: asyncio.Future[Any], seconds: float) -> None:
        """Raises `TimeoutError` where nothing was heard for so long."""
        while not work.done():
            now = time.monotonic()
            left = min(self._heard + seconds, self._begun + _LONGEST * seconds) - now
            if self._open:
                self._heard, left = now, 1.0
            if left <= 0:
                raise TimeoutError
            await asyncio.wait({work}, timeout=min(left, 1.0))

    async def progressed(self, progress: float, total: float | None, message: str | None) -> None:
        """It told how far it is: it may take longer."""
        self._heard = time.monotonic()
        await self._progress(progress, total, message)

    async def elicited(self, params: types.ElicitRequestParams) -> types.ElicitResult:
        """It asks the person."""
        self._open += 1
        try:
            return await self._elicit(params)
        finally:
            self._open -= 1
            self._begun += max(time.monotonic() - self._heard, 0.0)


async def either(*events: asyncio.Event) -> None:
    """Until the first of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
