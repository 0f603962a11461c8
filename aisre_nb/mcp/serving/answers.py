"""What we answer, as text to read and as JSON whose schema is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mcp_types as types

from aisre_nb.evidence.brief import brief
from aisre_nb.evidence.digest import plain_json
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.mcp.columns import told as holds


@dataclass(frozen=True)
class _Room:
    """How much of a frame is sent."""

    rows: int
    letters: int
    """Of one text in a row."""
    items: int
    """Of one list in a row."""
    all: int
    """Characters of all rows."""


_FIRST = _Room(200, 2_000, 40, 400_000)
"""What an assistant reads."""
_WHOLE = _Room(20_000, 100_000, 2_000, 5_000_000)
"""What a client goes on computing with, which asks for it."""

EVIDENCE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "evidence": {"type": "string", "description": "Its number, for read_evidence: E3."},
        "kind": {"type": "string"},
        "title": {"type": "string"},
        "summary": {"type": "string", "description": "What it says, in one line."},
        "source": {"type": "string"},
        "query": {"type": "string", "description": "Exactly as it was sent."},
        "start": {"type": ["string", "null"], "description": "RFC 3339."},
        "end": {"type": ["string", "null"]},
        "facts": {"type": "object", "description": "What code computed from all rows."},
        "columns": {"type": "array", "items": {"type": "string"}},
        "types": {
            "type": "object",
            "description": "By column: time, integer, number, boolean, text or json.",
            "additionalProperties": {"type": "string"},
        },
        "total_rows": {"type": "integer"},
        "rows": {
            "type": "array",
            "items": {"type": "object"},
            "description": "The first ones; read_evidence has more.",
        },
        "link": {"type": ["string", "null"]},
        "notes": {"type": "array", "items": {"type": "string"}, "description": "What was not seen, or was cut."},
    },
    "required": ["evidence", "kind", "title", "summary", "facts", "columns", "total_rows", "rows"],
}
_TEXTS = {"type": "array", "items": {"type": "string"}}
REPORT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "enum": ["root_cause", "no_fault", "inconclusive"]},
        "root_cause": {
            "type": "object",
            "properties": {"services": _TEXTS, "ranked": _TEXTS, "kind": {"type": ["string", "null"]}},
        },
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "evidence": _TEXTS, "check": {"type": "string"}},
            },
        },
        "hypotheses": {"type": "array", "items": {"type": "object"}},
        "gaps": _TEXTS,
        "steps": {"type": "array", "items": {"type": "object"}},
        "pull_requests": {"type": "array", "items": {"type": "object"}},
        "usage": {"type": "object"},
        "seconds": {"type": "number"},
        "record": {"type": "string", "description": "The folder in which all of it is kept."},
    },
    "required": ["outcome", "root_cause", "claims", "gaps", "steps"],
}


def of_evidence(found: Evidence, notes: Sequence[str] = (), *, whole: bool = False) -> types.CallToolResult:
    """One result: its text for a model, and its rows; the first ones, or ``whole``."""
    frame, room = found.df, _WHOLE if whole else _FIRST
    rows: list[Any] = []
    size = 0
    for row in frame.head(room.rows).to_dict("records"):
        told = brief(plain_json({str(k): v for k, v in row.items()}), room.items, room.letters)
        size += len(json.dumps(told))
        if size > room.all:
            break
        rows.append(told)
    value = {
        "evidence": found.id,
        "kind": found.kind,
        "title": found.title,
        "summary": found.summary,
        "source": found.source,
        "query": found.query,
        "start": plain_json(found.window.start) if found.window else None,
        "end": plain_json(found.window.end) if found.window else None,
        "facts": plain_json(dict(found.facts)),
        "columns": [str(column) for column in frame.columns],
        "types": holds(frame),
        "total_rows": len(frame),
        "rows": rows,
        "link": found.link,
        "notes": list(notes),
    }
    return types.CallToolResult(content=[types.TextContent(text=found.text)], structured_content=value)


def of_error(text: str) -> types.CallToolResult:
    """What went wrong, for the model to read."""
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)


def of_report(text: str, value: dict[str, Any]) -> types.CallToolResult:
    """A whole investigation."""
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=plain_json(value))
