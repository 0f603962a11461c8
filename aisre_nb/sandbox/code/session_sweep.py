"""Verifying a session goes through all of them, while other threads add theirs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="session-sweep",
    service="user",
    before="2.0.6",
    version="2.0.7",
    commits=(
        CodeCommit(
            "user: no timer for old sessions\n\nThey are forgotten when a session is verified, so that a pod needs no "
            "thread of its own for it.",
            (),
            120,
        ),
    ),
)
_LOGINS = 3
_NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


class _Crowd:
    """Others, one of whom logs in whenever the thread that verifies looks at a time."""

    def __init__(self) -> None:
        self.sessions: Any = None
        self.verifying: threading.Thread | None = None
        self._left = _LOGINS

    def look(self) -> None:
        """Somebody logs in on another thread; where a lock keeps them out, they wait."""
        if threading.current_thread() is self.verifying and self._left:
            self._left -= 1
            other = threading.Thread(target=self.sessions.begin, args=(f"u-{self._left}",), daemon=True)
            other.start()
            other.join(0.1)


class _Moment(datetime):
    """A time at which the crowd notices that it is compared."""

    crowd: _Crowd

    def __le__(self, other: Any) -> bool:
        self.crowd.look()
        return super().__le__(other)

    def __add__(self, other: timedelta) -> Self:
        later = super().__add__(other)
        later.crowd = self.crowd
        return later


def verify_while_others_log_in(source: Source) -> BaseException | None:
    """Verify a session; what it raises."""
    crowd = _Crowd()

    def clock() -> datetime:
        crowd.look()
        now = _Moment(*_NOON.timetuple()[:6], tzinfo=UTC)
        now.crowd = crowd
        return now

    crowd.sessions = source.get("session_store", "Sessions")(clock)
    token = [crowd.sessions.begin(f"u-{n}") for n in range(10, 20)][-1]
    crowd.verifying = threading.current_thread()
    try:
        crowd.sessions.verify(token)
    except Exception as error:
        return error
    finally:
        crowd.verifying = None
    return None
