"""Instants and windows, as people write them and as backends want them. Everything is UTC inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aisre_nb.errors import UsageError

_UNITS = {
    seconds: words.split()
    for seconds, words in {
        1: "s sec secs second seconds",
        60: "m min mins minute minutes",
        3600: "h hr hrs hour hours",
        86400: "d day days",
        604800: "w week weeks",
    }.items()
}
_SECONDS = {word: seconds for seconds, words in _UNITS.items() for word in words}
_DURATION = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]+)", re.IGNORECASE)
_LONGEST = timedelta(days=36_500)
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
    found = _duration(text)
    if found is None:
        raise UsageError(f"{text.strip()[:60]!r} is not a duration", 'write "90s", "30m", "1h30m" or "2d"')
    return found


def _duration(text: str) -> timedelta | None:
    text = text.strip()
    parts = list(_DURATION.finditer(text))
    words = [part[2].lower() for part in parts]
    if not parts or "".join(part[0] for part in parts) != text or not all(word in _SECONDS for word in words):
        return None
    seconds = sum(float(part[1]) * _SECONDS[word] for part, word in zip(parts, words, strict=True))
    # A century is more than anything is kept for, and arithmetic on dates ends not far beyond it.
    return timedelta(seconds=seconds) if seconds <= _LONGEST.total_seconds() else None


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
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text[:60]!r} is not a time", _NEXT) from None


def window(since: str | None, until: str | None, now: datetime, default: str = "2h") -> Window:
    """The window that ``since`` and ``until`` name; without them the last ``default`` before ``now``.

    A bare duration is accepted for ``since``: ``"2h"`` means "2h ago".
    """
    end = instant(until, now) if until else now
    if not since:
        return Window(end - duration(default), end)
    span = _duration(since)
    if span is not None:
        return Window(end - span, end)
    return Window(instant(since, now), end)
