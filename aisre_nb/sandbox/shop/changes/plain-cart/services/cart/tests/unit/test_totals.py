import unittest
from decimal import Decimal

from cart.errors import NotFound
from cart.models import Cart, Item
from cart.totals import delivery_fee, line_total, quote_of

PRICES = {"SKU-1001": Decimal("12.50"), "SKU-1002": Decimal("30.00")}


def cart(*items: Item, tier: str | None = None) -> Cart:
    return Cart("u-1", items=list(items), coupon="WELCOME10", tier=tier)


class QuoteTest(unittest.TestCase):
    def test_a_coupon_lowers_the_total(self) -> None:
        quote = quote_of(cart(Item("SKU-1002", 2)), PRICES)
        self.assertEqual((quote.discount, quote.total), (Decimal("6.00"), Decimal("54.00")))

    def test_delivery_is_paid_for_what_is_left_after_the_discount(self) -> None:
        quote = quote_of(cart(Item("SKU-1001", 2), Item("SKU-1002")), PRICES)
        self.assertEqual((quote.delivery, quote.total), (Decimal("4.90"), Decimal("54.40")))

    def test_the_better_of_coupon_and_tier_counts(self) -> None:
        quote = quote_of(cart(Item("SKU-1002", 2), tier="gold"), PRICES)
        self.assertEqual(quote.discount, Decimal("6.00"))

    def test_a_member_needs_no_coupon(self) -> None:
        quote = quote_of(Cart("u-1", items=[Item("SKU-1002")], tier="silver"), PRICES)
        self.assertEqual((quote.discount, quote.total, quote.points), (Decimal("0.90"), Decimal("34.00"), 29))

    def test_an_item_without_a_price_is_refused(self) -> None:
        with self.assertRaises(NotFound):
            quote_of(cart(Item("SKU-9999")), PRICES)


class LineTest(unittest.TestCase):
    def test_a_line_is_price_times_quantity(self) -> None:
        self.assertEqual(line_total(Item("SKU-1001", 3), PRICES), Decimal("37.50"))

    def test_delivery_is_free_from_fifty(self) -> None:
        self.assertEqual(delivery_fee(Decimal("50.00")), Decimal("0.00"))
        self.assertEqual(delivery_fee(Decimal("49.99")), Decimal("4.90"))

    def test_delivery_is_free_for_gold(self) -> None:
        self.assertEqual(delivery_fee(Decimal("5.00"), "gold"), Decimal("0.00"))
