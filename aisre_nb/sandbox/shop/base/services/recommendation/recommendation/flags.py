"""Flags: what is on for a part of the visitors."""

from collections.abc import Mapping
from zlib import crc32


class Flags:
    """Percent of the visitors for whom each flag is on."""

    def __init__(self, percent: Mapping[str, float]) -> None:
        self._percent = percent

    def is_on(self, flag: str, visitor: str) -> bool:
        """The same for one visitor every time."""
        return crc32(f"{flag}/{visitor}".encode()) % 10_000 < self._percent.get(flag, 0) * 100
