"""Prices, as the catalog gives them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol


class Prices(Protocol):
    """``GET /prices`` of the catalog in production."""

    def of(self, skus: Iterable[str], currency: str) -> Mapping[str, Decimal]: ...


class FixedPrices:
    """The same prices in every currency: for tests and for running alone."""

    def __init__(self, prices: Mapping[str, str]) -> None:
        self._prices = {sku: Decimal(price) for sku, price in prices.items()}

    def of(self, skus: Iterable[str], currency: str) -> Mapping[str, Decimal]:
        return {sku: self._prices[sku] for sku in skus if sku in self._prices}
