"""Instants and windows, as people write them and as backends want them. Everything is UTC inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aisre_nb.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|w)[a-z]*)", re.IGNORECASE)
_FRACTION = re.compile(r"\.(\d{6})\d+")
_NEXT = 'write it as RFC 3339 ("2026-11-23T10:00:00Z"), as "30m ago", or as "now"'


@dataclass(frozen=True)
class Window:
    """A half-open span of time, ``start`` included and ``end`` not; both aware, in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise UsageError(f"the window is empty: {rfc3339(self.start)} is not before {rfc3339(self.end)}", _NEXT)

    @property
    def duration(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def as_json(self) -> dict[str, str]:
        """``{"start": …, "end": …}`` in RFC 3339."""
        return {"start": rfc3339(self.start), "end": rfc3339(self.end)}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> Window:
        """The inverse of `as_json`."""
        return cls(instant(data["start"]), instant(data["end"]))


def rfc3339(at: datetime) -> str:
    """``2026-11-23T10:00:00Z``, with milliseconds only where there are any."""
    at = at.astimezone(UTC)
    text = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def duration(text: str) -> timedelta:
    """``"90s"``, ``"30m"``, ``"1h30m"``, ``"2 days"`` as a timedelta."""
    text = text.strip()
    found = list(_DURATION.finditer(text))
    if not found or "".join(m.group(0) for m in found).strip() != text:
        raise UsageError(f"{text[:60]!r} is not a duration", 'write "90s", "30m", "1h30m" or "2d"')
    return timedelta(seconds=sum(float(m.group(1)) * _UNITS[m.group(2).lower()] for m in found))


def instant(text: str, now: datetime | None = None) -> datetime:
    """An aware UTC datetime from RFC 3339, ``"now"`` or ``"30m ago"``; ``now`` is what *ago* counts from."""
    text = text.strip()
    now = now or datetime.now(UTC)
    if text.lower() == "now":
        return now
    if text.lower().endswith("ago"):
        return now - duration(text[:-3])
    try:
        at = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
    except ValueError:
        raise UsageError(f"{text[:60]!r} is not a time", _NEXT) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def window(since: str | None, until: str | None, now: datetime, default: str = "2h") -> Window:
    """The window that ``since`` and ``until`` name; without them the last ``default`` before ``now``.

    A bare duration is accepted for ``since``: ``"2h"`` means "2h ago".
    """
    end = instant(until, now) if until else now
    if not since:
        return Window(end - duration(default), end)
    if _DURATION.fullmatch(since.strip()):
        return Window(end - duration(since), end)
    return Window(instant(since, now), end)
