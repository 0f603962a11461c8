"""Waiting for a cluster whose minutes are minutes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from aisre_nb.sources.cluster import real_time


async def test_it_waits_and_says_how_far_it_is() -> None:
    told: list[str] = []
    begun, before = datetime.now(UTC), time.monotonic()
    assert await real_time(0.3 / 60, told.append, every=0.1) > begun
    assert 0.29 < time.monotonic() - before < 5 and len(told) >= 3 and told[0] == "0.0 minutes to go\n"


async def test_a_stop_ends_it_at_once() -> None:
    waiting = asyncio.create_task(real_time(10, lambda text: None))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 1)
