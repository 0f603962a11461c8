import unittest
from decimal import Decimal

from catalog.groups import price_for


class GroupsTest(unittest.TestCase):
    def test_everybody_pays_what_is_written(self) -> None:
        self.assertEqual(price_for("regular", 1250), Decimal("12.50"))

    def test_staff_pays_a_fifth_less(self) -> None:
        self.assertEqual(price_for("staff", 1250), Decimal("10.00"))

    def test_half_a_cent_goes_up(self) -> None:
        self.assertEqual(price_for("trade", 1969), Decimal("18.11"))
