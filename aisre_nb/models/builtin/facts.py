"""Reading facts that anybody's tool may have made: what is missing, or of another type, is None or empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.times import instant


def at(facts: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path."""
    found: Any = facts
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def word(facts: Mapping[str, Any], path: str) -> str:
    """A text, or a number as text; else empty."""
    found = at(facts, path)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def number(facts: Mapping[str, Any], path: str) -> float | None:
    """A finite number, else None."""
    found = at(facts, path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if abs(found) < float("inf") else None


def rows(facts: Mapping[str, Any], path: str) -> list[Mapping[str, Any]]:
    """A list of objects; whatever is none is left out."""
    found = at(facts, path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list | tuple) else []


def time(text: str) -> datetime | None:
    """An instant from RFC 3339, else None."""
    try:
        return instant(text) if text else None
    except (UsageError, OverflowError):
        return None


def file_text(evidence: Evidence) -> str:
    """The whole text of a file that was read."""
    text = at(evidence.facts, "text")
    if isinstance(text, str) and text:
        return text
    frame = evidence.frame
    if frame is None or "text" not in frame:
        return ""
    return "".join(f"{line}\n" for line in frame["text"].astype(str))
