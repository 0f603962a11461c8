import unittest

from shipping.offers import offers


class OffersTest(unittest.TestCase):
    def test_the_cheapest_stands_first(self) -> None:
        self.assertEqual(offers(1.0)[0].carrier, "pickup")

    def test_nothing_heavy_by_express(self) -> None:
        self.assertNotIn("express", {offer.carrier for offer in offers(20.5)})
