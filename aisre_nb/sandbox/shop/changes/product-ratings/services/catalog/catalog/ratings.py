"""What customers think of a product."""

from .database import Database


class Ratings:
    """Stars, 1 to 5, by sku."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, sku: str) -> list[int]:
        return [stars for (stars,) in self._database.rows("SELECT stars FROM ratings WHERE sku = ?", sku)]


def mean(stars: list[int]) -> float:
    """The mean in halves of a star, as pages draw it."""
    return round(2 * sum(stars) / len(stars)) / 2
