import unittest

from recommendation.kept import GOOD_FOR, Kept


class KeptTest(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0.0
        self.kept = Kept(lambda: self.now)
        self.kept.get("SKU-1", "v-1", lambda: ["SKU-2"])

    def test_the_same_for_an_hour(self) -> None:
        self.now += GOOD_FOR - 1
        self.assertEqual(self.kept.get("SKU-1", "v-1", lambda: ["SKU-3"]), ["SKU-2"])

    def test_then_a_new_one(self) -> None:
        self.now += GOOD_FOR
        self.assertEqual(self.kept.get("SKU-1", "v-1", lambda: ["SKU-3"]), ["SKU-3"])

    def test_each_visitor_has_their_own(self) -> None:
        self.assertEqual(self.kept.get("SKU-1", "v-2", lambda: ["SKU-3"]), ["SKU-3"])
