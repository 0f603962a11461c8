"""Looking into evidence's facts: one value by its dotted path, or every text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MISSING = object()
"""No such fact; null is one."""


def fact(facts: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; a number picks from a list, and a key may hold dots itself. Else `MISSING`."""
    return _at(facts, path.removeprefix("facts."))


def _at(found: Any, path: str) -> Any:
    if isinstance(found, Mapping):
        if path in found:
            return found[path]
        parts = path.split(".")
        for size in range(len(parts) - 1, 0, -1):
            key = ".".join(parts[:size])
            if key in found:
                return _at(found[key], ".".join(parts[size:]))
        return MISSING
    if isinstance(found, list | tuple):
        head, _, rest = path.partition(".")
        if head.lstrip("-").isdigit() and -len(found) <= int(head) < len(found):
            return _at(found[int(head)], rest) if rest else found[int(head)]
    return MISSING


def texts(value: Any) -> Iterator[str]:
    """Every text in it, and every number as its text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:.15g}"
