import unittest

from recommendation.ranking import likeness, rank

VECTORS = {"SKU-1": [1.0, 0.0], "SKU-2": [0.8, 0.6], "SKU-3": [0.0, 1.0]}


class RankingTest(unittest.TestCase):
    def test_likeness_is_one_for_the_same(self) -> None:
        self.assertEqual(likeness([0.6, 0.8], [0.6, 0.8]), 1.0)

    def test_the_most_like_stands_first(self) -> None:
        self.assertEqual(rank("SKU-1", VECTORS), ["SKU-2", "SKU-3"])

    def test_no_more_than_are_wanted(self) -> None:
        self.assertEqual(rank("SKU-1", VECTORS, 1), ["SKU-2"])
