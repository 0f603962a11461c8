"""Several outputs as one: JupyterLab hides what comes after a cell's fiftieth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Bundle = dict[str, Any]
_TEXTS = {"text/html", "text/plain"}


def merged(bundles: Sequence[Bundle]) -> Bundle:
    """One output of all their HTML and text; a figure leaves its line of text."""
    return {
        "text/html": "".join(str(b.get("text/html") or "") for b in bundles),
        "text/plain": "\n".join(str(b.get("text/plain") or "") for b in bundles),
    }


def runs(bundles: Iterable[Bundle]) -> list[Bundle]:
    """Neighbours that are text alone become one output; figures keep their own."""
    found: list[list[Bundle]] = []
    for bundle in bundles:
        text = set(bundle) <= _TEXTS
        if text and found and set(found[-1][0]) <= _TEXTS:
            found[-1].append(bundle)
        else:
            found.append([bundle])
    return [merged(group) if len(group) > 1 else group[0] for group in found]
