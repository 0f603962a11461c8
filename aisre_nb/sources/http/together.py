"""Several questions at once; when one fails, none of the others is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 8
"""Questions to one host at the same time: more make it say that it is asked too often."""


async def gathered(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Their results, in order. The first failure cancels the rest, waits for that, and is raised."""
    turns = asyncio.Semaphore(_MOST)

    async def one(asked: Coroutine[Any, Any, T]) -> T:
        async with turns:
            return await asked

    tasks = [asyncio.ensure_future(one(asked)) for asked in work]
    try:
        return list(await asyncio.gather(*tasks))
    # Estimated is no Exception, and a cancellation is none either.
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
