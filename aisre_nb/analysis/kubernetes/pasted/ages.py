"""Ages as kubectl writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from aisre_nb.times import rfc3339

_PART = re.compile(r"(\d{1,6})([smhdy])")
_AGE = re.compile(r"(?:\d{1,6}[smhdy]){1,4}")
_TIMES = re.compile(
    rf"(?P<last>{_AGE.pattern}|<unknown>|<invalid>)?\s*"
    rf"\(x(?P<count>\d{{1,9}})(?: over (?P<first>{_AGE.pattern}))?\)"
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31_536_000}


def age(text: str) -> timedelta | None:
    """``"2d5h"``; None for what is no age."""
    if not _AGE.fullmatch(text):
        return None
    seconds = sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return timedelta(seconds=seconds) if seconds < 200 * _UNITS["y"] else None


def times(text: str, now: datetime | None) -> dict[str, object]:
    """``"2m (x4 over 5m)"`` as the fields of an Event: count, firstTimestamp, lastTimestamp."""
    found = _TIMES.fullmatch(text.strip())
    last, count, first = (found["last"], found["count"], found["first"]) if found else (text.strip(), None, None)
    fields: dict[str, object] = {"count": int(count) if count else 1}
    if now is None:
        return fields
    if (since := age(last or "")) is not None:
        fields["lastTimestamp"] = rfc3339(now - since)
    if (since := age(first or last or "")) is not None:
        fields["firstTimestamp"] = rfc3339(now - since)
    return fields
