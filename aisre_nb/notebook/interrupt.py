"""The stop button: an awaited cell is cancelled within half a second, and says so in one line."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from aisre_nb.errors import Stopped

T = TypeVar("T")

_SLICE = 0.2
"""Seconds of one wait: where a signal does not wake the loop, the end of a wait does."""
_GRACE = 5.0
"""Seconds within which cancelled work may write its last events."""


async def stoppable(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``; an interrupt cancels it, lets it write its last events, and raises `Stopped`."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    pressed: asyncio.Future[None] = loop.create_future()

    def press() -> None:
        if not pressed.done():
            pressed.set_result(None)

    either: set[asyncio.Future[Any]] = {task, pressed}
    with _on_interrupt(lambda: loop.call_soon_threadsafe(press), task):
        try:
            while not task.done() and not pressed.done():
                await asyncio.wait(either, timeout=_SLICE, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # A front end that cancels the cell itself comes this way.
            press()
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_GRACE)
            raise _stopped()
    try:
        return task.result()
    except asyncio.CancelledError:
        raise _stopped() from None


@contextmanager
def _on_interrupt(press: Callable[[], object], task: asyncio.Task[Any]) -> Iterator[None]:
    """While it is open, Ctrl-C and the stop button press; the second one breaks into code that never waits."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    presses = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal presses
        presses += 1
        press()
        # Raised within the work's own step it ends that step; anywhere else it would end the kernel's loop.
        if presses > 1 and asyncio.current_task() is task:
            raise asyncio.CancelledError

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _stopped() -> Stopped:
    return Stopped("stopped: what was found so far is kept", "sre.last.report; another %%sre cell goes on")
