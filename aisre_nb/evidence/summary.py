"""A result as a model reads it: what it says, its facts, head and tail of its rows, and how to see the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.result import ToolResult

if TYPE_CHECKING:
    import pandas as pd

_CELL = 240
_ROWS = 30


def text_for_model(result: ToolResult, evidence_id: str, limit: int = 12_000) -> str:
    """At most ``limit`` characters, whatever the size of the result."""
    head = f"{evidence_id} {result.title}\n{result.summary}"
    if result.text:
        return _cut(f"{head}\n{_cut(result.text, limit)}", limit)
    parts = [head]
    if result.source or result.query:
        parts.append(f"source: {result.source}; query: {_cut(result.query, 400)}")
    if result.facts:
        facts = json.dumps(_trimmed(dict(result.facts)), separators=(",", ":"), default=str, ensure_ascii=False)
        parts.append(f"facts: {_cut(facts, limit // 2)}")
    if result.frame is not None:
        parts.append(_rows(result.frame, evidence_id, limit - sum(map(len, parts)) - 400))
    return _cut("\n".join(parts), limit)


def _rows(frame: pd.DataFrame, evidence_id: str, room: int) -> str:
    total = len(frame)
    columns = ", ".join(map(str, frame.columns))
    lines, used, head = [], 0, 0
    for row in frame.head(_ROWS).itertuples(index=False):
        line = _line(row)
        if used + len(line) > room:
            break
        lines.append(line)
        used += len(line) + 1
        head += 1
    text = f"rows: {total}; columns: {columns}\n" + "\n".join(lines)
    if head < total:
        tail = (
            [_line(row) for row in frame.tail(3).itertuples(index=False)]
            if room - used > 800 and total - head >= 3
            else []
        )
        more = f"read_evidence(id={evidence_id!r}, offset={head}), or where={{column: value}}, or contains=…"
        text += f"\n… {total - head - len(tail)} rows not shown; narrow or read on: {more}"
        text += "".join(f"\n{line}" for line in tail)
    return text


def _line(row: Any) -> str:
    return " | ".join(_cut(" ".join(_plain(value).split()), _CELL) for value in row)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str):
        return value[: 4 * _CELL]
    return str(value)[: 4 * _CELL]


def _trimmed(value: Any, depth: int = 0) -> Any:
    """Facts with long lists and texts shortened, so that one of them cannot push out the others."""
    if isinstance(value, str):
        return _cut(value, 1500)
    if depth > 6:
        return "…"
    if isinstance(value, Mapping):
        return {str(k): _trimmed(v, depth + 1) for k, v in list(value.items())[:60]}
    if isinstance(value, list | tuple):
        kept = [_trimmed(v, depth + 1) for v in value[:12]]
        return [*kept, f"… {len(value) - 12} more"] if len(value) > 12 else kept
    return value


def _cut(text: str, limit: int) -> str:
    limit = max(limit, 40)
    return text if len(text) <= limit else f"{text[: limit - 30]} … [{len(text)} characters]"
