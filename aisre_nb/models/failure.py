"""What a failed request to any model means: what to raise, and whether a further try may help."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from aisre_nb.errors import ModelError
from aisre_nb.models.backoff import Backoff

ELSE = "or go on without a key: %sre model builtin"


class BrokenStream(Exception):
    """The stream ended before the answer did, or what came cannot be read."""


@dataclass(frozen=True)
class Failure:
    """What one failed try means."""

    error: ModelError
    """What to raise where no further try is made."""
    again: str = ""
    """Why a further try may help, in a word or two; empty where it cannot."""
    asked: float | None = None
    """Seconds that the server asks to wait."""
    refusal: str = ""
    """The text of a refusal, from which may be learned what this model does not take."""


async def pause(failure: Failure, failed: int, backoff: Backoff, tell: Callable[[str], None]) -> None:
    """Wait before the next try after ``failed`` ones. Raises the failure's error where no try is left."""
    wait = backoff.wait(failed, failure.asked) if failure.again else None
    if wait is None:
        raise failure.error from None
    tell(f"{failure.again}, trying again in {wait:.2g} s ({failed + 1} of {backoff.tries})")
    await asyncio.sleep(wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``retry-after-ms`` or ``Retry-After`` (RFC 9110 10.2.3: seconds, or a date)."""
    from datetime import UTC, datetime

    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name, "")
        try:
            return max(0.0, float(text) / unit)
        except ValueError:
            continue
    try:
        return max(0.0, (parsedate_to_datetime(headers.get("retry-after", "")) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def line(text: str) -> str:
    """A stranger's text in one bounded line."""
    return " ".join(text.split())[:300].rstrip(" .") or "no reason given"
