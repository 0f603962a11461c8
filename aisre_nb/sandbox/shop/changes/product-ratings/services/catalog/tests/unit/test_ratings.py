import unittest
from typing import Any

from catalog.ratings import Ratings, mean


class Table:
    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return [(5,), (4,)]


class RatingsTest(unittest.TestCase):
    def test_the_mean_is_drawn_in_halves(self) -> None:
        self.assertEqual(mean([5, 4]), 4.5)
        self.assertEqual(mean([5, 5, 4]), 4.5)
        self.assertEqual(mean([3]), 3.0)

    def test_stars_come_from_the_table(self) -> None:
        self.assertEqual(Ratings(Table()).of("SKU-1"), [5, 4])
