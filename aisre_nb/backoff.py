"""How long to wait before the same request is sent again."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Exponential, with jitter so that many clients do not come back together.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("equal jitter").
    """

    tries: int = 5
    """Requests in all, the first one among them."""
    first: float = 2.0
    """Seconds before the second try; each further wait is twice as long."""
    longest: float = 30.0
    """Seconds; no wait of our own choice is longer."""
    patience: float = 60.0
    """Seconds; a server that asks for a longer wait is not waited for."""

    def wait(self, failed: int, asked: float | None = None) -> float | None:
        """Seconds before the next try after ``failed`` failed ones; None where there is none.

        ``asked`` is what the server wants, in seconds (its Retry-After header).
        """
        if failed >= self.tries or (asked is not None and asked > self.patience):
            return None
        if asked is not None and asked > 0:
            return asked
        longest = min(self.longest, self.first * 2.0 ** (failed - 1))
        return longest * random.uniform(0.5, 1.0)
