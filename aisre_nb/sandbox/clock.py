"""A world's time: seconds from its start, and the instants that they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SECONDS = 9000
"""How long a world's history is if nothing else is said: two and a half hours."""
STEP = 30
"""Seconds from one point of a metric to the next."""


@dataclass(frozen=True)
class Clock:
    """When the history begins."""

    start: datetime

    def instant(self, seconds: float) -> datetime:
        """The instant so many seconds after the start."""
        return self.start + timedelta(seconds=round(seconds, 3))

    def microseconds(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Microseconds since 1970, as Parquet keeps an instant."""
        import numpy as np

        begun = int(self.start.timestamp()) * 1_000_000
        found: NDArray[np.int64] = begun + np.round(np.asarray(seconds) * 1e6).astype(np.int64)
        return found


def clock(rng: np.random.Generator, seconds: int = SECONDS) -> Clock:
    """The question is asked in some working day's hour in the first half of 2026, on a whole minute; the history began
    so many seconds before it."""
    day = datetime(2026, 1, 12, tzinfo=UTC) + timedelta(days=int(rng.integers(26)) * 7 + int(rng.integers(5)))
    now = day + timedelta(hours=int(rng.integers(9, 20)), minutes=int(rng.integers(60)))
    return Clock(now - timedelta(seconds=seconds))
