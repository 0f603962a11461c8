"""Rankings that are kept, since ranking is slow."""

from collections import OrderedDict
from collections.abc import Callable


class Kept:
    """The rankings that were asked for last, by sku."""

    def __init__(self, most: int = 400) -> None:
        self._most = most
        self._ranked: OrderedDict[str, list[str]] = OrderedDict()

    def get(self, sku: str, rank: Callable[[], list[str]]) -> list[str]:
        """The ranking that is kept, else a new one, for which the oldest gives way."""
        if sku not in self._ranked:
            self._ranked[sku] = rank()
            if len(self._ranked) > self._most:
                self._ranked.popitem(last=False)
        self._ranked.move_to_end(sku)
        return self._ranked[sku]
