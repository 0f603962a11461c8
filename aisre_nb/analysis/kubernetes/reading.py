"""Reading objects that anybody may have written: what is missing, or of another type, is None or empty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.times import instant

Object = Mapping[str, Any]
"""An object as the API of Kubernetes returns it."""

_QUANTITY = re.compile(r"([+-]?\d{1,30}(?:\.\d{0,20})?|[+-]?\.\d{1,20})(?:[eE]([+-]?\d{1,2})|(m|u|n|k|[KMGTPE]i?)?)")
_FACTOR = {"n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1), "k": Decimal(1000)}
_FACTOR |= {unit: Decimal(1000) ** n for n, unit in enumerate("KMGTPE", start=1)}
_FACTOR |= {f"{unit}i": Decimal(1024) ** n for n, unit in enumerate("KMGTPE", start=1)}


def at(data: Any, *path: str) -> Any:
    """What stands under these keys; None where something on the way is no object."""
    for part in path:
        # dict first: the check of an abstract class costs ten times as much, and this is asked a million times.
        data = data.get(part) if isinstance(data, dict | Mapping) else None
    return data


def word(data: Any, *path: str) -> str:
    """A text, number or truth as text; else empty."""
    found = at(data, *path)
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int | float) else ""


def number(data: Any, *path: str) -> int | None:
    """A whole number, also one written as text."""
    found = at(data, *path)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16 else None


def rows(data: Any, *path: str) -> list[Object]:
    """A list of objects; what is none is an empty one, so that places stay right."""
    found = at(data, *path)
    return [row if isinstance(row, Mapping) else {} for row in found] if isinstance(found, list | tuple) else []


def texts(data: Any, *path: str) -> dict[str, str]:
    """A map of texts, such as labels."""
    found = at(data, *path)
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def time(data: Any, *path: str) -> datetime | None:
    """An instant, else None; a parsed YAML has some as datetimes already."""
    found = at(data, *path)
    if isinstance(found, datetime):
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    try:
        return instant(found) if isinstance(found, str) and found else None
    except (UsageError, OverflowError):
        return None


def quantity(text: Any) -> Decimal | None:
    """``"500m"`` is 0.5, ``"1Gi"`` 2**30; None for what is no quantity (API reference, "Quantity")."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    found = _QUANTITY.fullmatch(str(text).strip())
    if found is None:
        return None
    try:
        value = Decimal(found[1]) * (Decimal(10) ** int(found[2]) if found[2] else _FACTOR[found[3] or ""])
    except (InvalidOperation, KeyError):
        return None
    return value if value.is_finite() else None


def conditions(data: Any) -> Iterator[tuple[int, str, Object]]:
    """Place, type and condition of ``status.conditions``."""
    for n, row in enumerate(rows(data, "status", "conditions")):
        yield n, word(row, "type"), row


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (``matchLabels``, ``matchExpressions``) holds for these labels.

    An empty one selects everything, none at all (None) nothing; an operator that there is not selects nothing.
    """
    if not isinstance(selector, Mapping):
        return False
    if any(labels.get(key) != value for key, value in texts(selector, "matchLabels").items()):
        return False
    return all(_holds(row, labels) for row in rows(selector, "matchExpressions"))


def _holds(expression: Object, labels: Mapping[str, str]) -> bool:
    key, given = word(expression, "key"), at(expression, "values")
    values = {str(v) for v in given} if isinstance(given, list) else set()
    match word(expression, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
