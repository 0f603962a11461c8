import unittest
from datetime import datetime, timezone

from user.session_store import Sessions
from user.sessions import LASTS


class SweepTest(unittest.TestCase):
    def test_only_what_is_over_is_forgotten(self) -> None:
        now = [datetime(2025, 3, 3, 12, tzinfo=timezone.utc)]
        sessions = Sessions(lambda: now[0])
        sessions.begin("u-1")
        now[0] += LASTS
        token = sessions.begin("u-2")
        self.assertEqual(sessions.sweep(), 1)
        self.assertEqual(sessions.verify(token), "u-2")
