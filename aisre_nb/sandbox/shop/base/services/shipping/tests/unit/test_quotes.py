import unittest

from shipping.carriers import Carriers
from shipping.quotes import Quotes


class QuotesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.quotes = Quotes(Carriers(lambda body, _: {"cents": 0 if body["kind"] == "letter" else 150}))

    def test_a_letter(self) -> None:
        cents = {offer.carrier: offer.cents for offer in self.quotes.for_pieces([480])}
        self.assertEqual((cents["post"], cents["express"]), (490, 1290))

    def test_what_is_picked_up_costs_nothing(self) -> None:
        self.assertEqual(self.quotes.for_pieces([1_900])[0].cents, 0)
