"""The sessions that this pod knows."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from .sessions import is_valid


@dataclass(frozen=True)
class Session:
    user_id: str
    begun: datetime


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Sessions:
    """Sessions by token. Many threads ask at the same time."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._by_token: dict[str, Session] = {}

    def begin(self, user_id: str) -> str:
        """Log in: the new session's token."""
        token = secrets.token_urlsafe(24)
        self._by_token[token] = Session(user_id, self._clock())
        return token

    def end(self, token: str) -> None:
        """Log out."""
        self._by_token.pop(token, None)

    def verify(self, token: str) -> str | None:
        """Whose session it is; None where it is over, or never was."""
        self._sweep()
        session = self._by_token.get(token)
        return session.user_id if session else None

    def _sweep(self) -> None:
        """Forget the sessions that are over."""
        over = []
        for kept, session in self._by_token.items():
            if not is_valid(session.begun, self._clock()):
                over.append(kept)
        for kept in over:
            self.end(kept)
