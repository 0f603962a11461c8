"""What can be acted on: rollouts, flags, nodes, silences. Each action is shown before it runs, and knows its undo."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

Action = Mapping[str, Any]
"""JSON with the key ``action``.

``{"action": "rollback", "service", "to"}`` (``to`` may be left out: the revision before), ``{"action": "scale",
"service", "replicas"}``, ``{"action": "restart", "service"}``, ``{"action": "set_flag", "flag", "percent"}``,
``{"action": "set_config", "service", "key", "value"}``, ``{"action": "cordon", "node", "drain"}``, ``{"action":
"uncordon", "node"}``, ``{"action": "silence", "matchers", "minutes"}``, ``{"action": "merge", "number"}``, and
whatever a cluster gives as an undo.
"""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One thing that an action would change."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Planned:
    """What an action would do, as the cluster is now."""

    title: str
    """``"Roll cart back from revision 7 to 6"``."""
    scope: str
    """What it touches: ``"namespace shop, deployment cart"``."""
    rows: tuple[Row, ...] = ()
    undo: Action | None = None
    """The action that takes it back; None where nothing does."""


@dataclass(frozen=True)
class Done:
    """What an action did."""

    text: str
    at: datetime
    """When it began to take effect, in UTC."""
    undo: Action | None = None


class Cluster(Protocol):
    """Something that runs services and takes actions. Methods raise an `AisreError` for what cannot be done."""

    name: str

    @property
    def actions(self) -> frozenset[str]:
        """The actions that it can do."""
        ...

    async def now(self) -> datetime:
        """The instant there, in UTC."""
        ...

    async def preview(self, action: Action) -> Planned:
        """What it would do; changes nothing. The same answer for the same action while nothing moved."""
        ...

    async def apply(self, action: Action) -> Done:
        """Do it; the effect may come gradually."""
        ...

    async def wait(self, minutes: float, tell: Tell) -> datetime:
        """Let minutes pass, saying how far it is; returns the instant then. A cancellation ends it soon and cleanly."""
        ...


_TOLD_EVERY = 15.0
"""Seconds of real time after which it is said how far a wait is."""


async def real_time(minutes: float, tell: Tell, every: float = _TOLD_EVERY) -> datetime:
    """`Cluster.wait` where minutes are minutes; a cancellation ends it at once."""
    end = time.monotonic() + minutes * 60
    while (left := end - time.monotonic()) > 0:
        tell(f"{left / 60:.1f} minutes to go\n")
        await asyncio.sleep(min(every, left))
    return datetime.now(UTC)
