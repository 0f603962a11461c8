"""Values made short before they are made text, so that a huge one costs no more than a small one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

_DEPTH = 8


def brief(value: Any, items: int, letters: int, depth: int = 0) -> Any:
    """JSON with at most ``items`` entries a list and ``letters`` characters a text; says what it left out."""
    if isinstance(value, str):
        return cut(value, letters)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > _DEPTH:
        return "…"
    if isinstance(value, Mapping):
        most = 4 * items
        short = {str(k)[:200]: brief(v, items, letters, depth + 1) for k, v in islice(value.items(), most)}
        return {**short, "…": f"{len(value) - most} more"} if len(value) > most else short
    if isinstance(value, list | tuple):
        kept = [brief(inner, items, letters, depth + 1) for inner in value[:items]]
        return [*kept, f"… {len(value) - items} more"] if len(value) > items else kept
    return cut(plain(value), letters)


def cell(value: Any, letters: int = 240) -> str:
    """One cell of a row, in one line."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping | list | tuple):
        text = json.dumps(brief(value, 8, 100), separators=(",", ":"), default=plain, ensure_ascii=False)
        return cut(text, letters)
    return cut(" ".join(plain(value)[: 4 * letters].split()), letters)


def plain(value: Any) -> str:
    """Its text; times as RFC 3339."""
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("+00:00", "Z")
    if getattr(value, "size", 0) and getattr(value, "size", 0) > 100:
        return f"{type(value).__name__} of {value.size}"
    return str(value)


def cut(text: str, limit: int) -> str:
    """The beginning, and how long the whole is."""
    if len(text) <= limit:
        return text
    mark = f" … [{len(text)} characters]"
    return text[: max(limit - len(mark), 0)] + mark


def cut_middle(text: str, limit: int) -> str:
    """The beginning and the end, and how much is left out between them."""
    if len(text) <= limit:
        return text
    room = max(limit - 60, 0)
    head, tail = room - room // 4, room // 4
    return f"{text[:head]}\n… {len(text) - head - tail} characters left out …\n{text[len(text) - tail :]}"
