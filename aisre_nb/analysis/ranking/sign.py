"""One thing that the data say about one service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["metric", "latency", "error", "structure", "log", "resource", "change"]
"""What was read: a plain metric, own time of spans, where errors start, calls that went missing or came new,
log patterns, a machine's or container's resources, a change."""


@dataclass(frozen=True)
class Sign:
    """What one method read of one service, since the trouble began."""

    service: str
    kind: Kind
    strength: float
    """0 (nothing) and up; comparable over the services of one method, about robust deviations from the time before."""
    says: str
    """One sentence with its figures, for a person."""
    since: datetime | None = None
    """When it moved; None where that cannot be told."""
    resource: str = ""
    """The metric, operation, pod or pattern that moved."""
    before: float | None = None
    """Its level before it began; None where the method has none."""
    now: float | None = None
    """Its level since."""
    unit: str = ""
    """Of both levels."""
