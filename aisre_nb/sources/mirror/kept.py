"""Mirrors that were read a moment ago, so that the next question on the same requests asks nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from aisre_nb.sources.mirror.mirror import Mirror
from aisre_nb.times import Window

_SECONDS = 180.0
"""How old a mirror may be: tools of one investigation ask within that, and what is asked again later is read again."""
_ROWS = 600_000
"""Rows that are kept in all; the oldest mirrors go first."""


@dataclass(frozen=True)
class Scope:
    """What a mirror holds the rows of."""

    service: str | None = None
    """None: all services."""
    narrowed: str = ""
    """What else was asked of the backend; empty: nothing, so that all rows of the service are meant."""


class Kept:
    """The mirrors of one source."""

    def __init__(self) -> None:
        self._mirrors: list[tuple[Scope, Mirror]] = []
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    def find(self, scope: Scope, window: Window) -> Mirror | None:
        """One of exactly that, or a whole one that it is a part of."""
        old = time.monotonic() - _SECONDS
        for has, mirror in reversed(self._mirrors):
            if mirror.made < old:
                continue
            if has == scope and mirror.window == window:
                return mirror
            within = mirror.window.start <= window.start and window.end <= mirror.window.end
            if mirror.origin.whole and within and has in (scope, Scope(scope.service), Scope()):
                return mirror
        return None

    async def get(self, scope: Scope, window: Window, read: Callable[[], Awaitable[Mirror]]) -> Mirror:
        """A kept one, or what ``read`` gives; whoever asks the same meanwhile waits for it."""
        loop = asyncio.get_running_loop()
        async with self._locks.setdefault(loop, asyncio.Lock()):
            found = self.find(scope, window)
            if found is None:
                found = await read()
                self._mirrors.append((scope, found))
                self._forget()
            return found

    def _forget(self) -> None:
        """Those that are too old, and the oldest while there are too many rows; the newest always stays."""
        old = time.monotonic() - _SECONDS
        kept: list[tuple[Scope, Mirror]] = []
        rows = 0
        for scope, mirror in reversed(self._mirrors):
            rows += mirror.rows
            if not kept or (mirror.made >= old and rows <= _ROWS):
                kept.append((scope, mirror))
        # Whoever still reads one of the others holds it until then.
        self._mirrors = kept[::-1]

    def close(self) -> None:
        """Let go of all of them."""
        self._mirrors = []
