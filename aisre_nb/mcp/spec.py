"""One server as it is configured. Its secrets are in no repr, no error and no record."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MASKED = "[redacted:mcp]"
_SHORTEST = 6
"""Characters from which a value from the environment is looked for in what a server sends."""

Protocol = Literal[
    "auto",  # the newest generation that the server speaks
    "legacy",  # the handshake of 2025-11-25 and before
    "2026-07-28",  # the newest, without asking
]


@dataclass(frozen=True)
class OAuth:
    """How a token is got where a server asks for one."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    """Without it a person signs in with a browser."""
    issuer: str = ""
    """Who gave the two; nobody else is sent the secret."""
    scope: str = ""


@dataclass(frozen=True)
class ServerSpec:
    """A program to start, or an address to ask."""

    name: str
    command: str = ""
    args: tuple[str, ...] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None
    url: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    oauth: OAuth | None = None
    protocol: Protocol = "auto"
    start_seconds: float = 30.0
    """How long it may take until it has listed its tools."""
    call_seconds: float = 120.0
    """How long a call may take, without the waits for a person."""
    origin: str = ""
    """The file that names it."""
    written: str = field(default="", repr=False)
    """Its entry as JSON as it stands in that file, with the names of variables and not their values."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that must not be repeated."""
    stand_in: bool | tuple[str, ...] = False
    """Whether its tools may stand in for ours of the same name where no source answers; or which of them do, also where
    one does."""

    @property
    def digest(self) -> str:
        """SHA-256 of what was written: another entry, or another file, is another server."""
        return hashlib.sha256(f"{self.origin}\n{self.name}\n{self.written}".encode()).hexdigest()

    @property
    def shown(self) -> str:
        """What would be started or asked, with the names of variables, in one line."""
        told: dict[str, Any] = json.loads(self.written or "{}")
        if self.command:
            words = [str(told.get("command", self.command)), *map(str, told.get("args", ()))]
            return self.masked(shlex.join(words) if all("$" not in word for word in words) else " ".join(words))
        return self.masked(str(told.get("url", self.url)))

    def masked(self, text: str) -> str:
        """The text without the values that came from the environment."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, MASKED)
        return text
