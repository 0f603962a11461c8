import unittest

from catalog.products import NoSuchProduct, page, product


class ProductsTest(unittest.TestCase):
    def test_the_cache_goes_first(self) -> None:
        self.assertEqual(product("SKU-1", {"SKU-1": "cached"}.get, {"SKU-1": "stored"}.get), "cached")

    def test_an_unknown_product(self) -> None:
        with self.assertRaises(NoSuchProduct):
            product("SKU-9", {}.get, {}.get)

    def test_pages_are_counted_from_one(self) -> None:
        self.assertEqual(page(range(30), 2), list(range(24, 30)))
