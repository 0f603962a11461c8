import unittest
from decimal import Decimal

from cart.discounts import coupon_discount
from cart.errors import BadRequest


class CouponTest(unittest.TestCase):
    def test_a_rate_is_taken_off(self) -> None:
        self.assertEqual(coupon_discount("WELCOME10", Decimal("80.00")), Decimal("8.00"))

    def test_it_may_be_written_in_small_letters(self) -> None:
        self.assertEqual(coupon_discount(" welcome10 ", Decimal("80.00")), Decimal("8.00"))

    def test_a_small_subtotal_gets_nothing(self) -> None:
        self.assertEqual(coupon_discount("SPRING15", Decimal("39.99")), Decimal("0.00"))

    def test_an_unknown_code_is_refused(self) -> None:
        with self.assertRaises(BadRequest):
            coupon_discount("FREE", Decimal("80.00"))
