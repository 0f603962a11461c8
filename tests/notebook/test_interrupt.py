"""The stop button, by real signals."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time

import pytest

from aisre_nb.errors import Stopped
from aisre_nb.notebook.interrupt import stoppable


def _press(*seconds: float) -> None:
    for wait in seconds:
        threading.Timer(wait, os.kill, (os.getpid(), signal.SIGINT)).start()


async def test_the_result_comes_through_and_so_does_an_error() -> None:
    async def well() -> int:
        await asyncio.sleep(0.01)
        return 3

    async def badly() -> int:
        raise ValueError("x")

    before = signal.getsignal(signal.SIGINT)
    assert await stoppable(well()) == 3
    with pytest.raises(ValueError, match="x"):
        await stoppable(badly())
    assert signal.getsignal(signal.SIGINT) is before


async def test_an_idle_wait_ends_at_once_and_what_was_running_could_clean_up() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            seen.append("cleaned")
            raise

    _press(0.1)
    start = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        await stoppable(work())
    assert time.monotonic() - start < 0.5 and seen == ["cleaned"]
    assert len(stopped.value._render_traceback_()) == 1


async def test_work_in_a_thread_is_not_waited_for() -> None:
    _press(0.1)
    start = time.monotonic()
    with pytest.raises(Stopped):
        await stoppable(asyncio.to_thread(time.sleep, 1))
    assert time.monotonic() - start < 0.5


async def test_a_second_press_breaks_into_code_that_never_waits() -> None:
    async def busy() -> None:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            pass

    _press(0.1, 0.2)
    start = time.monotonic()
    with pytest.raises(Stopped):
        await stoppable(busy())
    assert time.monotonic() - start < 1


async def test_a_front_end_that_cancels_the_cell_stops_it_too() -> None:
    task = asyncio.ensure_future(stoppable(asyncio.sleep(60)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(Stopped):
        await task
