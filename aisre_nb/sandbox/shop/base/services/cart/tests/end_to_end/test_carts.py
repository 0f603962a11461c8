import logging
import unittest

from cart.app import App
from cart.errors import StoreTimeout
from cart.handlers import Request, Shop
from cart.models import Cart
from cart.prices import FixedPrices
from cart.store import MemoryStore


class SlowStore:
    def load(self, user_id: str) -> Cart | None:
        raise StoreTimeout("redis did not answer within 250 ms")

    def save(self, cart: Cart) -> None:
        raise StoreTimeout("redis did not answer within 250 ms")


class CartsTest(unittest.TestCase):
    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.app = App(Shop(MemoryStore(), FixedPrices({"SKU-1001": "12.50"})))

    def test_what_was_put_in_is_there(self) -> None:
        self.app(Request("POST", "/cart/u-7/items", {"sku": "SKU-1001", "quantity": 2}))
        response = self.app(Request("GET", "/cart/u-7"))
        self.assertEqual(response.body["items"], [{"sku": "SKU-1001", "quantity": 2}])

    def test_no_quantity_below_one(self) -> None:
        response = self.app(Request("POST", "/cart/u-7/items", {"sku": "SKU-1001", "quantity": 0}))
        self.assertEqual(response.status, 400)

    def test_an_unknown_coupon_is_refused(self) -> None:
        self.assertEqual(self.app(Request("PUT", "/cart/u-7/coupon", {"code": "FREE"})).status, 400)

    def test_an_unknown_route(self) -> None:
        self.assertEqual(self.app(Request("DELETE", "/cart/u-7")).status, 404)

    def test_a_store_that_does_not_answer_is_not_our_error(self) -> None:
        app = App(Shop(SlowStore(), FixedPrices({})))
        self.assertEqual(app(Request("GET", "/cart/u-7")).status, 503)
