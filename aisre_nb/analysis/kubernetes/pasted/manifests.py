"""Manifests in YAML or JSON as objects, read by ``yaml.safe_load_all`` and bounded."""

from __future__ import annotations

import json
from typing import Any

_LONGEST = 400_000
_MOST = 200_000
"""Values that a document may come to with all its aliases followed: nine lines of them can make a billion."""


def objects(text: str) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The objects of all documents, and notes on those that cannot be read. Raises nothing."""
    if len(text) > _LONGEST:
        return [], (f"the manifests are longer than {_LONGEST} characters, and were not read",)
    documents, notes = _documents(text)
    found: list[dict[str, Any]] = []
    for document in documents:
        if _size(document) > _MOST:
            notes = (*notes, "a document with too many values was left out")
            continue
        items = document.get("items") if isinstance(document, dict) else document
        found += [item for item in (items if isinstance(items, list) else [document]) if _is_object(item)]
    return found, notes


def _is_object(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("kind"), str) and isinstance(item.get("metadata"), dict)


def _documents(text: str) -> tuple[list[Any], tuple[str, ...]]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return [json.loads(text)], ()
        except (ValueError, RecursionError):
            pass
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Any] = []
    try:
        found.extend(yaml.load_all(text, Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        said = " ".join(str(error).split())[:200]
        return found, (f"from document {len(found) + 1} on the manifests cannot be read: {said}",)
    return found, ()


def _size(document: Any) -> int:
    """The values that it comes to; shared parts count each time, and one within itself without end."""
    known: dict[int, int] = {}

    def size(value: Any, above: frozenset[int]) -> int:
        if not isinstance(value, dict | list):
            return 1
        own = id(value)
        if own in known:
            return known[own]
        if own in above or len(above) > 100:
            return _MOST + 1
        parts = value.values() if isinstance(value, dict) else value
        total = 1
        for part in parts:
            total += size(part, above | {own})
            if total > _MOST:
                break
        known[own] = total
        return total

    return size(document, frozenset())
