import unittest

from user.accounts import Account, as_json
from user.passwords import hashed, is_right
from user.settings import settings


class AccountsTest(unittest.TestCase):
    def test_who_is_in_no_programme_has_no_tier(self) -> None:
        self.assertEqual(as_json(Account("u-1", "Ada"))["tier"], None)

    def test_only_the_right_password_is_right(self) -> None:
        kept = hashed("correct horse")
        self.assertTrue(is_right("correct horse", kept))
        self.assertFalse(is_right("battery staple", kept))

    def test_the_database_is_a_setting(self) -> None:
        self.assertEqual(settings({"DATABASE_HOST": "postgres.shop"}).database_host, "postgres.shop")
