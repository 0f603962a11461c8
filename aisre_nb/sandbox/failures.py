"""Ways in which a request may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Facts = Mapping[str, "NDArray[np.int64]"]
"""What is known of each request: user, tier, coupon, items, sku, platform, region, bot, each a column of numbers."""


@dataclass(frozen=True)
class Raised:
    """An exception, as a log keeps it."""

    type: str
    message: str
    stack: str = ""
    """As Python prints it; empty where the service logs no trace."""
    file: str = ""
    """Of the innermost frame, as the container has it."""
    line: int = 0


@dataclass(frozen=True)
class Failure:
    """What a request failed of."""

    raised: Raised
    status: int
    """That the service answers; where a call that it made failed, that its caller answers."""
    effect: int = -1
    """Index of the effect; -1 for what load alone brings: time limits, full pools."""


class Failures:
    """All that happened in a world, numbered in the order in which they happened first."""

    def __init__(self) -> None:
        self._all: list[Failure] = []
        self._numbers: dict[Failure, int] = {}

    def number(self, failure: Failure) -> int:
        """Its number, a new one if need be."""
        if failure not in self._numbers:
            self._numbers[failure] = len(self._all)
            self._all.append(failure)
        return self._numbers[failure]

    def __getitem__(self, number: int) -> Failure:
        return self._all[number]

    def __len__(self) -> int:
        return len(self._all)
