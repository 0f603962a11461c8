"""Recommendations for a page."""

from collections.abc import Mapping

from .ranking import Vector, rank


class Recommendations:
    """Ranks with the vectors of last night's training."""

    def __init__(self, vectors: Mapping[str, Vector]) -> None:
        self._vectors = vectors

    def for_product(self, sku: str) -> list[str]:
        return rank(sku, self._vectors)
