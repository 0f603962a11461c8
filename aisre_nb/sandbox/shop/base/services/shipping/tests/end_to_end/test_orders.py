import unittest

from shipping.carriers import Carriers
from shipping.quotes import Quotes


class OrdersTest(unittest.TestCase):
    """Orders as customers place them, against a carrier that writes down what it is asked."""

    def setUp(self) -> None:
        self.asked: list[float] = []
        self.quotes = Quotes(Carriers(self.rates))

    def rates(self, body: dict[str, object], seconds: float) -> dict[str, int]:
        self.asked.append(float(str(body.get("kilograms", 0))))
        return {"cents": 150}

    def post(self, grams: list[int]) -> int:
        return next(offer.cents for offer in self.quotes.for_pieces(grams) if offer.carrier == "post")

    def test_one_book(self) -> None:
        self.assertEqual(self.post([480]), 640)
        self.assertEqual(self.asked, [0])

    def test_a_book_and_two_mugs(self) -> None:
        self.assertEqual(self.post([480, 390, 390]), 640)
        self.assertEqual(self.asked, [1.61])

    def test_a_house_move_goes_in_several_parcels(self) -> None:
        self.post([9_000] * 7)
        self.assertEqual(self.asked, [18.35, 18.35, 18.35, 9.35])
