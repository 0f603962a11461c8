import unittest

from catalog.index import WITH_PREFIX, Index
from catalog.pages import Pages
from catalog.prices import Prices
from catalog.schema import SCHEMA

from .database import MIGRATIONS, PRODUCTS, Memory


class DatabaseTest(unittest.TestCase):
    def setUp(self) -> None:
        self.database = Memory()
        self.addCleanup(self.database.close)

    def test_the_newest_migration_is_the_one_that_is_needed(self) -> None:
        newest = max(file.name for file in MIGRATIONS.glob("*.sql"))
        self.assertEqual(int(newest.split("_")[0]), SCHEMA)

    def test_every_product_has_a_page(self) -> None:
        pages = Pages(self.database)
        for sku, name, *_ in PRODUCTS:
            with self.subTest(sku):
                self.assertEqual(pages.product(sku)["name"], name)

    def test_words_are_found_by_their_beginning(self) -> None:
        self.assertEqual(Index(self.database).find("mug"), ["SKU-1001", "SKU-1003"])
        self.assertEqual(Index(self.database).find("mug mount"), ["SKU-1001"])

    def test_search_reads_an_index(self) -> None:
        plan = self.database.rows(f"EXPLAIN QUERY PLAN {WITH_PREFIX}", "mug", "muh")
        self.assertTrue(any("SEARCH" in row[-1] and "INDEX" in row[-1] for row in plan), plan)

    def test_a_listing_asks_for_its_prices_once(self) -> None:
        skus = [sku for sku, *_ in PRODUCTS]
        self.assertEqual(len(Prices(self.database).of(skus)), len(skus))
        self.assertEqual(self.database.asked, 1)
