"""A result as a model reads it: what it says, its facts, its rows or some of them, and how to see the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any

from aisre_nb.evidence.brief import brief, cut, cut_middle, plain
from aisre_nb.evidence.excerpt import excerpt
from aisre_nb.evidence.result import ToolResult

_REPEATED = {"file": ("text",)}
"""Facts that the rows say again."""


def text_for_model(result: ToolResult, evidence_id: str, limit: int = 12_000) -> str:
    """At most ``limit`` characters, whatever the size of the result; only what is shown is formatted."""
    head = [cut(f"{evidence_id} {result.title}", 300)]
    if result.summary:
        head.append(cut(result.summary, 1500))
    if result.text:
        top = "\n".join(head)
        return f"{top}\n{cut_middle(result.text, limit - len(top) - 1)}"[:limit]
    if result.source or result.query:
        head.append(f"source: {cut(result.source, 80)}; query: {cut(' '.join(result.query[:800].split()), 400)}")
    if result.facts:
        head.append(_facts(result.kind, result.facts, limit // 2))
    top = "\n".join(head)
    if result.frame is None:
        return cut(top, limit)
    return f"{top}\n{excerpt(result.kind, result.frame, evidence_id, max(limit - len(top) - 1, 400))}"[:limit]


def _facts(kind: str, facts: Mapping[str, Any], room: int) -> str:
    """Compact JSON; where it does not fit, lists and texts in it grow shorter before anything is cut off."""
    kept = {name: value for name, value in islice(facts.items(), 80) if name not in _REPEATED.get(kind, ())}
    text = ""
    for items, letters in ((40, 6000), (12, 1500), (6, 400), (3, 120)):
        text = json.dumps(brief(kept, items, letters), separators=(",", ":"), default=plain, ensure_ascii=False)
        if len(text) <= room - 7:
            break
    return f"facts: {cut(text, room - 7)}"
