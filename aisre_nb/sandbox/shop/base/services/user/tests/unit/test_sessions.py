import unittest
from datetime import datetime, timedelta, timezone

from user.session_store import Sessions
from user.sessions import LASTS, is_valid

NOON = datetime(2025, 3, 3, 12, tzinfo=timezone.utc)


class SessionsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.now = NOON
        self.sessions = Sessions(lambda: self.now)

    def test_a_session_is_valid_until_its_end(self) -> None:
        self.assertTrue(is_valid(NOON, NOON + LASTS - timedelta(seconds=1)))
        self.assertFalse(is_valid(NOON, NOON + LASTS))

    def test_a_token_tells_whose_session_it_is(self) -> None:
        token = self.sessions.begin("u-1")
        self.assertEqual(self.sessions.verify(token), "u-1")
        self.assertIsNone(self.sessions.verify("guessed"))

    def test_it_does_not_outlive_its_end(self) -> None:
        token = self.sessions.begin("u-1")
        self.now += LASTS
        self.assertIsNone(self.sessions.verify(token))

    def test_who_logs_out_is_out(self) -> None:
        token = self.sessions.begin("u-1")
        self.sessions.end(token)
        self.assertIsNone(self.sessions.verify(token))
