import unittest

from cart.models import Cart, Item


class CartTest(unittest.TestCase):
    def test_the_same_item_is_counted_up(self) -> None:
        cart = Cart("u-1", items=[Item("SKU-1001", 2)])
        cart.put("SKU-1001", 1)
        self.assertEqual(cart.items, [Item("SKU-1001", 3)])

    def test_quantity_counts_pieces_and_not_lines(self) -> None:
        cart = Cart("u-1", items=[Item("SKU-1001", 2), Item("SKU-1002", 5)])
        self.assertEqual(cart.quantity, 7)
