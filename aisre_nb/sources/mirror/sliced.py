"""A window read piece by piece, where a backend gives no more than so much for one question."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

from aisre_nb.times import Window

T = TypeVar("T")
C = TypeVar("C")
R = TypeVar("R")

_SHORTEST = timedelta(seconds=1)


class Clock:
    """How long reading for one question may still take; then what is here is looked at."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be asked for."""
        return time.monotonic() >= self._end


def pieces(window: Window, count: int) -> list[Window]:
    """The window in equal parts, the newest first, that meet at whole seconds; some backends know no others."""
    count = max(1, min(count, int(window.duration / (2 * _SHORTEST))))
    step = window.duration / count
    inner = [(window.start + n * step).replace(microsecond=0) for n in range(1, count)]
    ends = [window.start, *inner, window.end]
    return [Window(ends[n], ends[n + 1]) for n in reversed(range(count))]


async def all_of(asked: Iterable[Awaitable[R]]) -> list[R]:
    """All of them; where one fails the others are stopped, and ask nobody any more."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def halved(
    parts: Sequence[Window], ask: Callable[[Window], Awaitable[tuple[dict[str, T], bool]]], most: int, clock: Clock
) -> tuple[dict[str, T], int]:
    """What is found by key, and how many pieces of time were left cut.

    ``ask`` gives what it found in a piece, and whether it was cut off there; such a piece is halved and asked again,
    all pieces of one length before shorter ones, until ``most`` were found or the time is over: what is left out is
    left out evenly.
    """
    found: dict[str, T] = {}
    cut = 0
    todo = list(parts)
    while todo:
        answers = await all_of(ask(part) for part in todo)
        full = [part for part, (_, is_full) in zip(todo, answers, strict=True) if is_full]
        for some, _ in answers:
            found |= some
        if len(found) >= most or clock.is_over:
            return found, cut + len(full)
        todo = [half for part in full if part.duration >= 4 * _SHORTEST for half in pieces(part, 2)]
        cut += sum(part.duration < 4 * _SHORTEST for part in full)
    return found, cut


async def paged(
    starts: Sequence[C], page: Callable[[C], Awaitable[tuple[list[T], C | None]]], most: int, size: int, clock: Clock
) -> tuple[list[T], bool]:
    """Rows of several pieces, a page of each in turn, until ``most`` or the time is over; and whether any is left.

    ``page`` gives rows, and where to go on; None: that piece is at its end. ``size``: how many rows a page may have.
    """
    found: list[T] = []
    todo: list[C] = list(starts)
    while todo and len(found) < most and not clock.is_over:
        now = todo[: max(1, (most - len(found)) // size)]
        answers = await all_of(page(place) for place in now)
        for rows, _ in answers:
            found += rows
        # Pieces that wait come before those that had their turn.
        todo = todo[len(now) :] + [place for _, place in answers if place is not None]
    return found, bool(todo)
