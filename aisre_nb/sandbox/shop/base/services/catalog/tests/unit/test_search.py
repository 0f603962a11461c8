import unittest

from catalog.search import matches, terms


class SearchTest(unittest.TestCase):
    def test_words_of_one_letter_do_not_count(self) -> None:
        self.assertEqual(terms("A blue Mug"), ["blue", "mug"])

    def test_every_word_must_be_there(self) -> None:
        self.assertTrue(matches("blue mug", "Mug, blue, enamel"))
        self.assertFalse(matches("red mug", "Mug, blue, enamel"))
