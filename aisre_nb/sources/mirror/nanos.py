"""Instants as nanoseconds since 1970: Loki reads more than ten digits as such."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanos(at: datetime) -> int:
    """Without the rounding that a float would bring."""
    since = at - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


def parsed(told: object) -> int | None:
    """From RFC 3339 with any fraction, or a number of seconds, milliseconds, microseconds or nanoseconds."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float) or (isinstance(told, str) and _NUMBER.fullmatch(told)):
        number = float(told)
        scale = next((by for below, by in _EPOCHS if abs(number) < below), 1)
        # A whole number keeps all its digits.
        return int(told) * scale if isinstance(told, int) or "." not in str(told) else int(number * scale)
    found = _RFC.fullmatch(str(told).strip())
    if found is None:
        return None
    zone = found[3] or "Z"
    zone = zone if zone in "Zz" or ":" in zone else f"{zone[:-2]}:{zone[-2:]}"
    try:
        whole = datetime.fromisoformat(f"{found[1].replace(' ', 'T')}{'+00:00' if zone in 'Zz' else zone}")
    except ValueError:
        return None
    return nanos(whole.astimezone(UTC)) + int((found[2] or "0")[:9].ljust(9, "0"))


_NUMBER = re.compile(r"-?\d{1,19}(\.\d+)?")
_RFC = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d:?\d\d)?")
_EPOCHS = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000))
"""Below which a count since 1970 is of seconds, milliseconds, microseconds."""
