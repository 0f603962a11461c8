"""Recommendations for a page."""

from collections.abc import Callable, Collection, Mapping

from .flags import Flags
from .kept import Kept
from .ranking import Vector, rank

Seen = Callable[[str], Collection[str]]
"""The skus that a visitor has looked at."""


def nothing_seen(visitor: str) -> Collection[str]:
    return ()


class Recommendations:
    """Ranks with the vectors of last night's training."""

    def __init__(self, vectors: Mapping[str, Vector], seen: Seen = nothing_seen, flags: Flags | None = None) -> None:
        self._vectors = vectors
        self._seen = seen
        self._flags = flags or Flags({})
        self._kept = Kept()

    def for_product(self, sku: str, visitor: str = "") -> list[str]:
        """What goes with a product, without what the visitor has seen."""
        ranked = self._kept.get(sku, lambda: rank(sku, self._vectors))
        seen = self._seen(visitor)
        return [other for other in ranked if other not in seen]

    def for_home(self, visitor: str) -> list[str]:
        """What goes with the product that was looked at last; nothing for those without the flag."""
        seen = list(self._seen(visitor))
        if not seen or not self._flags.is_on("personal-home", visitor):
            return []
        return self.for_product(seen[-1], visitor)
