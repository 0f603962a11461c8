"""A thread with a loop of its own, in which connections live for as long as the kernel does.

A cell that computes for a minute, an interrupt, or a loop that stands still between two cells cannot reach it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Background:
    """Begins with its first work, and ends with `stop`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin it; from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Its result; a cancellation here cancels it there, and waits until it has ended there."""
        future = self.submit(work)
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            future.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await waiting
            raise

    def wait(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Its result, from where nothing can be awaited. Raises `TimeoutError`."""
        future = self.submit(work)
        try:
            return future.result(seconds)
        except TimeoutError:
            future.cancel()
            raise

    def stop(self) -> None:
        """End the thread; what runs in it is cancelled first. Twice is once."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10.0)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                # A daemon: an interpreter that ends does not wait for it.
                self._thread = threading.Thread(target=_run, args=(self._loop,), name=self._name, daemon=True)
                self._thread.start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
