"""Sessions of users."""

from datetime import datetime, timedelta

LASTS = timedelta(days=7)


def is_valid(begun: datetime, now: datetime) -> bool:
    """Whether a session of that age still counts."""
    return begun <= now < begun + LASTS
