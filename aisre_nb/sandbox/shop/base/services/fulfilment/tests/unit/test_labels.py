import unittest

from fulfilment.labels import label, route
from fulfilment.orders import Address, Order

ADDRESS = Address("Ada Moss", "Lindenweg 4", "Leipzig", "04103", "DE")


class LabelTest(unittest.TestCase):
    def test_depot_and_district(self) -> None:
        self.assertEqual(route(ADDRESS), "LEJ-04")
        self.assertEqual(route(Address("", "", "Leeds", "ls1 4dy", "GB")), "EMA-LS")

    def test_a_label_begins_with_its_route(self) -> None:
        lines = label(Order("O-17", {"SKU-1001": 1}, ADDRESS)).splitlines()
        self.assertEqual(lines[:2] + lines[4:], ["LEJ-04", "O-17", "04103 Leipzig", "DE"])
