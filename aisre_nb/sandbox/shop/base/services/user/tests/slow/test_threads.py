import threading
import unittest
from datetime import datetime, timezone

from user.session_store import Sessions


class SlowClock:
    """Lets somebody log in on another thread whenever this one looks at the time."""

    def __init__(self) -> None:
        self.sessions = Sessions(self)
        self._asking: threading.Thread | None = None
        self.logins = 0

    def __call__(self) -> datetime:
        if threading.current_thread() is self._asking and self.logins < 20:
            self.logins += 1
            other = threading.Thread(target=self.sessions.begin, args=(f"u-{self.logins}",), daemon=True)
            other.start()
            other.join(0.2)
        return datetime.now(timezone.utc)

    def verify(self, token: str) -> str | None:
        self._asking = threading.current_thread()
        try:
            return self.sessions.verify(token)
        finally:
            self._asking = None


class ThreadsTest(unittest.TestCase):
    def test_others_log_in_while_a_session_is_verified(self) -> None:
        clock = SlowClock()
        tokens = [clock.sessions.begin(f"u-{n}") for n in range(100, 110)]
        self.assertEqual([clock.verify(token) for token in tokens], [f"u-{n}" for n in range(100, 110)])
        self.assertGreater(clock.logins, 0)
