"""The way out."""

import os
import smtplib
from typing import Protocol

from .message import FROM


class Transport(Protocol):
    """Hands a mail on. Raises where nobody took it."""

    def hand_over(self, to: str, mail: bytes) -> None: ...


class Smtp:
    """The server that ``SMTP_HOST`` names."""

    def __init__(self, host: str = os.environ.get("SMTP_HOST", "localhost"), seconds: float = 10.0) -> None:
        self._host = host
        self._seconds = seconds

    def hand_over(self, to: str, mail: bytes) -> None:
        with smtplib.SMTP(self._host, timeout=self._seconds) as server:
            server.sendmail(FROM, [to], mail)


class Outbox:
    """Keeps what it gets: for tests and for running alone."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []

    def hand_over(self, to: str, mail: bytes) -> None:
        self.mails.append((to, mail))
