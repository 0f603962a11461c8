"""Whatever somebody pasted: tables, descriptions, manifests, one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aisre_nb.analysis.kubernetes.pasted import described, manifests, tables

_LONGEST = 1_000_000
_LINE = 4_000
_MANIFEST = re.compile(r"^\s*(?:[\[{]|(?:- )?[\"']?(?:apiVersion|kind)[\"']?\s*:)", re.MULTILINE)
_FENCE = re.compile(r"^\s*(?:```\w{0,20}|\$ .{0,500})\s*$")


@dataclass(frozen=True)
class Pasted:
    """What was understood."""

    objects: tuple[dict[str, Any], ...] = ()
    """As they are: what a description or a table says."""
    manifests: tuple[dict[str, Any], ...] = ()
    """As they are wanted: objects without a status."""
    notes: tuple[str, ...] = ()


def read(text: str, now: datetime | None = None) -> Pasted:
    """``now`` is what ages count from; without it nothing has a time. Raises nothing."""
    notes: tuple[str, ...] = ()
    if len(text) > _LONGEST:
        text, notes = text[:_LONGEST], (f"only the first {_LONGEST} characters were read",)
    lines = [line[:_LINE].rstrip() for line in text.splitlines() if not _FENCE.match(line[:_LINE])]
    found: list[dict[str, Any]] = []
    rest: list[str] = []
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        block = lines[at:end]
        if tables.kind_of(tables.headings(block[0])):
            found += tables.objects(block[0], block[1:], now, at)
        elif block[0].startswith("Name:"):
            found += described.described(block, now, at)
        else:
            rest += block
        at = end
    objects, more = manifests.objects("\n".join(rest)) if _MANIFEST.search("\n".join(rest)) else ([], ())
    running = [item for item in objects if item.get("status") or item["kind"] in ("Event", "Endpoints")]
    wanted = [item for item in objects if not item.get("status") and item["kind"] not in ("Event", "Endpoints")]
    return Pasted((*found, *running), tuple(wanted), (*notes, *more))


def _end(lines: list[str], start: int) -> int:
    """Where the block that begins here ends: at the next table or description, a table also at an empty line."""
    table = bool(tables.kind_of(tables.headings(lines[start])))
    for n in range(start + 1, len(lines)):
        if lines[n].startswith("Name:") or tables.kind_of(tables.headings(lines[n])) or (table and not lines[n]):
            return n
    return len(lines)
