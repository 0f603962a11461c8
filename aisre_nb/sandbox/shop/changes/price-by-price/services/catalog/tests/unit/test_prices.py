import unittest
from decimal import Decimal
from typing import Any

from catalog.prices import Prices


class Table:
    """Prices by sku."""

    def __init__(self, **cents: int) -> None:
        self._cents = cents

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return [(sku, self._cents[sku]) for sku in values if sku in self._cents]


class PricesTest(unittest.TestCase):
    def test_cents_are_hundredths(self) -> None:
        self.assertEqual(Prices(Table(mug=1250)).of(["mug"]), {"mug": Decimal("12.50")})

    def test_what_has_no_price_is_left_out(self) -> None:
        self.assertEqual(Prices(Table(mug=1250)).of(["jug"]), {})

    def test_a_group_has_its_own(self) -> None:
        self.assertEqual(Prices(Table(mug=1250)).of(["mug"], "trade"), {"mug": Decimal("11.50")})

    def test_one_price(self) -> None:
        self.assertEqual(Prices(Table(mug=1250)).price("mug"), Decimal("12.50"))
