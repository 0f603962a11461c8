import unittest
from decimal import Decimal

from cart.errors import BadRequest
from cart.loyalty import points_for, tier_discount


class LoyaltyTest(unittest.TestCase):
    def test_a_tier_has_its_rate(self) -> None:
        self.assertEqual(tier_discount("gold", Decimal("50.00")), Decimal("3.00"))

    def test_an_unknown_tier_is_refused(self) -> None:
        with self.assertRaises(BadRequest):
            tier_discount("diamond", Decimal("50.00"))

    def test_a_point_for_each_whole_unit(self) -> None:
        self.assertEqual(points_for(Decimal("12.99")), 12)
