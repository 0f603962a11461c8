"""Rankings that are kept, since ranking is slow."""

import time
from collections.abc import Callable

GOOD_FOR = 3600.0
"""Seconds for which a ranking is shown."""


class Kept:
    """What each visitor was shown, by sku and visitor: the same page shows the same for an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ranked: dict[tuple[str, str], tuple[float, list[str]]] = {}

    def get(self, sku: str, visitor: str, rank: Callable[[], list[str]]) -> list[str]:
        """The ranking that is kept, else a new one."""
        now = self._clock()
        at, ranked = self._ranked.get((sku, visitor), (now - GOOD_FOR, []))
        if now - at >= GOOD_FOR:
            ranked = rank()
            self._ranked[sku, visitor] = now, ranked
        return ranked
