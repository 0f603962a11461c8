"""One stream of random numbers for each noun, so that a new noun does not change what the others draw."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Chance:
    """The streams of one world."""

    def __init__(self, scenario: str, seed: int) -> None:
        self._key = (zlib.crc32(scenario.encode()), seed)

    def stream(self, noun: str) -> np.random.Generator:
        """Always the same for the same noun; asked twice, it begins anew."""
        import numpy as np

        return np.random.default_rng([*self._key, zlib.crc32(noun.encode())])
