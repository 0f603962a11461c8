"""Rows as a model reads them: all where they fit, else head and tail, and how to ask for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.brief import cell, cut

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.evidence.evidence import EvidenceKind

_HEAD = 60
_TAIL = 5
_POINTS = 24
"""Points a series: enough to see a step, few enough to read."""
_SERIES_ROWS = 500_000
"""Above it a metrics frame is shown as rows: grouping it would take longer than reading it is worth."""
_NOTE = 260
"""Characters kept free for the line that says how to narrow."""


def excerpt(kind: EvidenceKind, frame: pd.DataFrame, evidence_id: str, room: int) -> str:
    """Counts, columns and rows in at most ``room`` characters."""
    columns = cut(", ".join(str(column)[:60] for column in frame.columns[:60]), 600)
    head = f"rows: {len(frame)}; columns: {columns}"
    body = _BODIES.get(kind, _table)(frame, room - len(head) - 1, evidence_id)
    return cut(f"{head}\n{body}", room) if body else head


def _table(frame: pd.DataFrame, room: int, evidence_id: str) -> str:
    return _fitted(frame, room, evidence_id, lambda row: " | ".join(cell(value) for value in row[:60]))


def _fitted(frame: pd.DataFrame, room: int, evidence_id: str, line: Callable[[tuple[Any, ...]], str]) -> str:
    """As many rows from the front as fit; where some do not, the last ones too."""
    total = len(frame)
    lines = list(_while_they_fit(_rows(frame.iloc[:_HEAD], line), room if total <= _HEAD else room - _NOTE))
    if len(lines) == total:
        return "\n".join(lines)
    tail: list[str] = []
    if total - len(lines) > _TAIL:
        tail = list(_while_they_fit(_rows(frame.iloc[-_TAIL:], line), room // 5))
        lines = list(_while_they_fit(lines, room - _NOTE - sum(len(text) + 1 for text in tail)))
    hidden = total - len(lines) - len(tail)
    return "\n".join([*lines, _narrow(hidden, evidence_id, len(lines)), *tail])


def _rows(frame: pd.DataFrame, line: Callable[[tuple[Any, ...]], str]) -> Iterable[str]:
    return (line(tuple(row)) for row in frame.itertuples(index=False, name=None))


def _while_they_fit(lines: Iterable[str], room: int) -> Iterable[str]:
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _narrow(hidden: int, evidence_id: str, offset: int) -> str:
    how = f"read_evidence(id='{evidence_id}', offset={offset})"
    return f"… {hidden} rows not shown; read on with {how}, or narrow it with where={{column: value}} or contains=…"


def _hunks(frame: pd.DataFrame, room: int, evidence_id: str) -> str:
    """Hunks with their lines as they are; the suspects first."""
    if not {"file", "text"} <= set(frame.columns):
        return _table(frame, room, evidence_id)
    if "suspect" in frame:
        frame = frame.sort_values("suspect", ascending=False, kind="stable", key=lambda s: s.fillna(False).astype(bool))
    names = list(frame.columns)

    def hunk(row: tuple[Any, ...]) -> str:
        one = dict(zip(names, row, strict=True))
        why = f" SUSPECT: {cell(one.get('why', ''))}" if one.get("suspect") is True else ""
        return f"{cell(one['file'])}{why}\n{cut(str(one['text']), 3000)}"

    return _fitted(frame, room, evidence_id, hunk)


def _file(frame: pd.DataFrame, room: int, evidence_id: str) -> str:
    """Numbered lines: all, or those around the marked ones."""
    if not {"line", "text"} <= set(frame.columns):
        return _table(frame, room, evidence_id)
    columns = ["line", "text", *(["marked"] if "marked" in frame else [])]

    def numbered(row: tuple[Any, ...]) -> str:
        return f"{row[0]}{'→' if len(row) > 2 and row[2] else ' '}{cut(str(row[1]), 400)}"

    rows = frame[columns]
    if len(frame) > _HEAD and "marked" in frame and frame["marked"].fillna(False).astype(bool).any():
        first = int(frame["marked"].fillna(False).astype(bool).to_numpy().argmax())
        rows = rows.iloc[max(first - 25, 0) : first + 25]
        shown = list(_while_they_fit(_rows(rows, numbered), room - _NOTE))
        return "\n".join([*shown, _narrow(len(frame) - len(shown), evidence_id, 0)])
    lines = list(_while_they_fit(_rows(rows.iloc[:2000], numbered), room))
    return "\n".join(lines) if len(lines) == len(frame) else _fitted(rows, room, evidence_id, numbered)


def _series(frame: pd.DataFrame, room: int, evidence_id: str) -> str:
    """Each signal in one line: some points, evenly taken, and its extremes."""
    if not {"time", "signal", "value"} <= set(frame.columns) or len(frame) > _SERIES_ROWS or frame.empty:
        return _table(frame, room, evidence_id)
    lines = []
    by = ["service", "signal"] if "service" in frame and frame["service"].nunique() > 1 else ["signal"]
    for keys, points in frame.groupby(by, sort=False, observed=True):
        points = points.sort_values("time", kind="stable")
        some = points.iloc[:: max(len(points) // _POINTS, 1)]
        text = ", ".join(f"{_clock(t)} {cell(v)}" for t, v in zip(some["time"], some["value"], strict=True))
        unit = f" ({cell(points['unit'].iloc[0], 20)})" if "unit" in points else ""
        values = points["value"]
        name = cell(" ".join(map(str, keys)), 120)
        lines.append(f"{name}{unit}: {len(points)} points, {cell(values.min())} to {cell(values.max())}: {text}")
    shown = list(_while_they_fit(lines, room - _NOTE))
    narrow = f"all points: read_evidence(id='{evidence_id}', where={{'signal': …}}, offset=…)"
    more = f"… {len(lines) - len(shown)} series not shown; " if len(shown) < len(lines) else ""
    return "\n".join([*shown, more + narrow])


def _clock(at: Any) -> str:
    return f"{at:%H:%M:%S}" if hasattr(at, "strftime") and at == at else str(at)[:25]


_BODIES: dict[str, Callable[[pd.DataFrame, int, str], str]] = {"diff": _hunks, "file": _file, "metrics": _series}
