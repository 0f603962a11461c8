"""Prices of products."""

from collections.abc import Iterable
from decimal import Decimal

from .database import Database


class Prices:
    """What products cost, in euros."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, skus: Iterable[str]) -> dict[str, Decimal]:
        """The prices by sku; products without a price are left out."""
        wanted = sorted(set(skus))
        if not wanted:
            return {}
        marks = ", ".join("?" * len(wanted))
        rows = self._database.rows(f"SELECT sku, cents FROM prices WHERE sku IN ({marks})", *wanted)
        return {sku: Decimal(cents) / 100 for sku, cents in rows}
