"""What a question asks, as far as rules can read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NUMBER = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "half an": 0.5, "few": 3.0, "couple of": 2.0}
_AMOUNT = (
    r"(?:(\d+(?:\.\d+)?|half an|an?|one|two|three|few|couple of)\s*)?"
    r"(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)\b"
)
_LAST = re.compile(rf"\b(?:last|past|within|for|since)\s+(?:the\s+)?(?:last\s+)?{_AMOUNT}", re.IGNORECASE)
_AGO = re.compile(rf"\b{_AMOUNT}\s+ago\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?:since|from|at|around|after|about)\s+(\d{1,2})(?::(\d{2}))?\s*(am|pm|utc|z|h)?\b", re.IGNORECASE
)
_DAYTIME = {"this morning": 6, "lunch": 11, "noon": 11, "midnight": 0, "today": 0}
"""The hour, in UTC, from which these words are looked at: early rather than late."""
_SLOW = re.compile(
    r"\b(slow\w*|laten\w+|lag\w*|sluggish|response times?|timing out|takes (?:too )?long)\b", re.IGNORECASE
)
_HEALTH = re.compile(
    r"\b(?:is|are|was)\b[^?.]{1,60}\b(?:healthy|ok|okay|fine|up|well|working|normal|all right|alright)\b|\bhealth of\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """What was understood."""

    text: str
    slow: bool
    """It complains of time, not of errors."""
    health: bool
    """It asks whether something is well, without saying that it is not."""
    start: datetime | None
    """When the trouble is said to have begun; None where no window is named."""


def read(text: str, now: datetime | None) -> Question:
    """Read a question; ``now`` is what *ago* and clock times count from."""
    return Question(text, bool(_SLOW.search(text)), bool(_HEALTH.search(text)), _start(text, now) if now else None)


def _start(text: str, now: datetime) -> datetime | None:
    for pattern in (_AGO, _LAST):
        if found := pattern.search(text):
            return now - _amount(found.group(1), found.group(2))
    if found := _CLOCK.search(text):
        hour, minute, half = int(found.group(1)), int(found.group(2) or 0), (found.group(3) or "").lower()
        hour = hour % 12 + 12 if half == "pm" else 0 if half == "am" and hour == 12 else hour
        # "at 5" without a colon or a half of the day may be any number of anything.
        if hour < 24 and minute < 60 and (found.group(2) or half):
            return _earlier(now, hour, minute)
    if re.search(r"\byesterday\b", text, re.IGNORECASE):
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for words, hour in _DAYTIME.items():
        if re.search(rf"\b{words}\b", text, re.IGNORECASE):
            return _earlier(now, hour, 0)
    return None


def _amount(count: str | None, unit: str) -> timedelta:
    number = 1.0 if not count else _NUMBER[count.lower()] if count.lower() in _NUMBER else float(count)
    return timedelta(**{_UNIT[unit[0].lower()]: min(number, 10_000.0)})


def _earlier(now: datetime, hour: int, minute: int) -> datetime:
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at < now else at - timedelta(days=1)
