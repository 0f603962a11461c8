import unittest

from cart.app import App
from cart.handlers import Request, Shop
from cart.prices import FixedPrices
from cart.store import MemoryStore

PRICES = FixedPrices({"SKU-1001": "12.50", "SKU-1002": "30.00"})


class QuoteTest(unittest.TestCase):
    def setUp(self) -> None:
        self.app = App(Shop(MemoryStore(), PRICES))

    def post(self, path: str, **body: object) -> None:
        self.assertEqual(self.app(Request("POST", path, body)).status, 200)

    def test_a_plain_cart(self) -> None:
        self.post("/cart/u-1/items", sku="SKU-1001", quantity=2)
        response = self.app(Request("POST", "/cart/u-1/quote"))
        self.assertEqual(response.status, 200)
        self.assertEqual(response.body["discount"], "0.00")
        self.assertEqual(response.body["total"], "29.90")

    def test_a_cart_with_a_coupon(self) -> None:
        self.post("/cart/u-1/items", sku="SKU-1002", quantity=2)
        self.app(Request("PUT", "/cart/u-1/coupon", {"code": "SPRING15"}))
        response = self.app(Request("POST", "/cart/u-1/quote"))
        self.assertEqual(response.body["total"], "51.00")

    def test_a_member_earns_points(self) -> None:
        self.post("/cart/u-1/items", sku="SKU-1002", quantity=2)
        response = self.app(Request("POST", "/cart/u-1/quote", {"tier": "gold"}))
        self.assertEqual((response.body["total"], response.body["points"]), ("56.40", 56))

    def test_a_tier_that_there_is_not(self) -> None:
        response = self.app(Request("POST", "/cart/u-1/quote", {"tier": "diamond"}))
        self.assertEqual(response.status, 400)
