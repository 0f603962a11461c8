"""How far a bench is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from aisre_nb.bench.score import Row

_WIDE = 24
_OFTEN = 20.0
"""Seconds between two lines where there is no terminal."""


class Bar:
    """Tells of done, right and the time that is left."""

    def __init__(self, stream: TextIO, before: int = 0) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._begun = time.monotonic()
        self._before = before
        self._told = self._begun
        self._shown = False

    def tell(self, done: int, wanted: int, rows: Sequence[Row]) -> None:
        """See `aisre_nb.bench.run.Tell`."""
        now = time.monotonic()
        right = sum(bool(row["right"]) for row in rows)
        text = f"{done}/{wanted}, {right} right{self._left(now, done, wanted)}"
        if self._terminal:
            full = _WIDE * done // max(wanted, 1)
            print(f"\r\033[K[{'█' * full}{'·' * (_WIDE - full)}] {text}", end="", file=self._stream, flush=True)
            self._shown = True
        elif now - self._told >= _OFTEN:
            print(text, file=self._stream, flush=True)
            self._told = now

    def end(self) -> None:
        """The bar goes; what comes next begins its own line."""
        if self._shown:
            print("\r\033[K", end="", file=self._stream, flush=True)

    def _left(self, now: float, done: int, wanted: int) -> str:
        new = done - self._before
        if new <= 0 or done >= wanted:
            return ""
        seconds = (now - self._begun) / new * (wanted - done)
        return f", {int(seconds // 60)}:{int(seconds % 60):02d} left"
