"""The instants at which a window is evaluated, so that its buckets are those of every other source."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aisre_nb.times import Window

_MOST = 10_000
"""Points of one series; Prometheus refuses more than 11,000."""
_SCRAPES = 4
"""Scrapes that a rate spans at least: with fewer, one that is missing leaves a hole."""


@dataclass(frozen=True)
class Grid:
    """Buckets of ``step`` seconds, aligned to the epoch; ``first`` and ``last`` are where they begin."""

    first: int
    last: int
    step: int
    span: int
    """Seconds that a rate looks back."""

    @classmethod
    def over(cls, window: Window, step: int, interval: float) -> Grid:
        """For series with a sample every ``interval`` seconds. A bucket that is less than half inside is left out."""
        step = max(step, math.ceil(window.duration.total_seconds() / _MOST))
        if interval > step * 1.2:
            step = math.ceil(interval / step) * step
        first = math.floor(window.start.timestamp() / step + 0.5) * step
        last = max(math.floor(window.end.timestamp() / step) * step - step, first)
        return cls(first, last, step, max(step, math.ceil(_SCRAPES * interval)))

    @property
    def ends(self) -> tuple[float, float]:
        """Where rates are evaluated, from the first to the last: at the end of each bucket."""
        return float(self.first + self.step), float(self.last + self.step)

    def fine(self, interval: float) -> tuple[float, float, int]:
        """Start, end and step at which gauges are read, to be averaged by bucket: just ahead of where each part ends.

        A sample at a bucket's very end belongs to the next one.
        """
        parts = max(1, math.floor(self.step / max(interval, 1.0)))
        points = (self.last - self.first) // self.step + 1
        parts = min(parts, max(1, _MOST // points))
        while self.step % parts:
            parts -= 1
        part = self.step // parts
        return self.first + part - 0.001, self.last + self.step - 0.001, part

    def bucket(self, at: float) -> int:
        """Where the bucket begins in which an instant lies."""
        return math.floor(at / self.step) * self.step
