"""The stop button: an awaited cell is cancelled within half a second, and says so in one line."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aisre_nb.errors import Stopped

T = TypeVar("T")

_SLICE = 0.2
"""Seconds of one wait: a signal does not wake an idle loop, the end of a wait does."""
_GRACE = 5.0


async def stoppable(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``; an interrupt cancels it, lets it write its last events, and raises `Stopped`."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_SLICE)
    except (asyncio.CancelledError, KeyboardInterrupt):
        task.cancel()
        await asyncio.wait({task}, timeout=_GRACE)
        raise _stopped() from None
    try:
        return task.result()
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise _stopped() from None


def _stopped() -> Stopped:
    return Stopped("stopped: what was found so far is kept", "sre.last.report; another %%sre cell goes on")
