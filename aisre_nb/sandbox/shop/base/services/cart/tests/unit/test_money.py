import unittest
from decimal import Decimal

from cart.money import cents, percent


class MoneyTest(unittest.TestCase):
    def test_half_a_cent_goes_up(self) -> None:
        self.assertEqual(cents(Decimal("2.345")), Decimal("2.35"))

    def test_percent_is_rounded_once(self) -> None:
        self.assertEqual(percent(Decimal("19.99"), 15), Decimal("3.00"))
