"""What our own serving sends of a result, or a server that answers as it does, read back as that result.

A server is a stranger: what it sends is held against what our tool of that name gives, and drawn once, before it is
taken; whatever does not fit is that call's error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import mcp_types as types

from aisre_nb.errors import AisreError, ToolError
from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.evidence import Evidence, EvidenceKind
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.summary import text_for_model
from aisre_nb.mcp import columns
from aisre_nb.times import Window, instant

if TYPE_CHECKING:
    import pandas as pd

WHOLE = "aisre-nb/whole"
"""In a call's ``_meta``: all rows are wanted, not the first ones."""
OURS_ALONE = frozenset({"undo", "undoes"})
"""Facts by which our own changes say how they are taken back; of a stranger they mean nothing."""
_OTHER_KINDS = {
    "get_alerts": "alerts", "get_services": "services", "get_metrics": "metrics", "get_traces": "traces",
    "get_trace": "trace", "get_logs": "logs", "get_deployments": "deployments",
}  # fmt: skip
_COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "alerts": {"time": ("time",), "alert": ("text",), "service": ("text",), "state": ("text",)},
    "services": {"service": ("text",)},
    "metrics": {
        "time": ("time",), "service": ("text",), "signal": ("text",), "value": ("number", "integer"), "unit": ("text",),
    },
    "traces": {"trace_id": ("text",), "start": ("time",), "service": ("text",), "operation": ("text",)},
    "trace": {
        "trace_id": ("text",), "span_id": ("text",), "parent_span_id": ("text",), "service": ("text",),
        "start": ("time",), "duration_ms": ("number", "integer"),
    },
    "logs": {"pattern": ("text",), "count": ("integer",)},
    "deployments": {"time": ("time",), "kind": ("text",), "service": ("text",), "title": ("text",)},
}  # fmt: skip
"""What a kind's frame holds at least, where it holds any rows."""
_TIMES = ("time", "start", "first_seen", "last_seen")
_NOTES = 20


class _Wrong(Exception):
    """Why it is no result of ours."""


def result(server: str, tool: str, arguments: Mapping[str, Any], found: types.CallToolResult) -> ToolResult:
    """The result, with its facts and frame; takes its time for large ones.

    Its query is the call as it was sent, and what the server says that it asked itself; its link is left out, for that
    is an address of a stranger's. Raises `ToolError`: the server's own, or why what it sent cannot be taken.
    """
    name = f"{server}.{tool}"
    if found.is_error:
        said = " ".join(block.text for block in found.content if isinstance(block, types.TextContent))
        raise ToolError(f"{name}: {cut(visible(' '.join(said.split())), 2000) or 'it failed, and did not say why'}")
    try:
        made = _read(server, tool, arguments, found.structured_content)
        _drawn(made)
    except _Wrong as wrong:
        raise ToolError(
            f"{name} stands in for {tool}, and its answer cannot be taken: {wrong}",
            "is it aisre-nb mcp of this version? else leave it out of stand_in",
        ) from None
    return made


def _read(server: str, tool: str, arguments: Mapping[str, Any], given: Any) -> ToolResult:
    if not isinstance(given, Mapping):
        raise _Wrong("it has no structured content")
    kind, wanted = given.get("kind"), _OTHER_KINDS.get(tool, "table")
    if kind != wanted or kind not in get_args(EvidenceKind):
        raise _Wrong(f"its kind is {str(kind)[:40]!r}, not {wanted!r}")
    facts = given.get("facts")
    if not isinstance(facts, Mapping):
        raise _Wrong("its facts are no object")
    frame = _frame(given, wanted)
    call = f"{tool} {json.dumps(dict(arguments), sort_keys=True, ensure_ascii=False, default=str)}"
    asked = given.get("query")
    total, notes = given.get("total_rows"), given.get("notes")
    told = [cut(_line(note), 400) for note in notes[:_NOTES]] if isinstance(notes, list) else []
    if isinstance(total, int) and total > len(frame):
        told.append(f"{server}.{tool}: {len(frame)} of {total} rows came")
    return ToolResult(
        wanted,  # type: ignore[arg-type]
        cut(_line(given.get("title")), 300) or tool,
        cut(_line(given.get("summary")), 1500),
        frame,
        {str(k): v for k, v in facts.items() if k not in OURS_ALONE},
        server,
        f"{call}\n\n{visible(asked)}" if isinstance(asked, str) and asked.strip() else call,
        _window(given),
        notes=tuple(told),
    )


def _line(text: Any) -> str:
    return visible(" ".join(text.split())) if isinstance(text, str) else ""


def _frame(given: Mapping[str, Any], kind: str) -> pd.DataFrame:
    import pandas as pd

    names, rows, holds = given.get("columns"), given.get("rows"), given.get("types")
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names) or len(set(names)) != len(names):
        raise _Wrong("its columns are no names")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _Wrong("its rows are no objects")
    holds = holds if isinstance(holds, Mapping) else {}
    made: dict[str, pd.Series[Any]] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        hold = holds.get(name) or _guessed(name, values)
        least = _COLUMNS.get(kind, {}).get(name)
        if rows and least and hold not in least:
            raise _Wrong(f"its column {name[:40]!r} holds {str(hold)[:20]!r}, not {least[0]!r}")
        try:
            made[name] = columns.series(values, hold)
        except (ValueError, TypeError, OverflowError) as error:
            raise _Wrong(f"its column {name[:40]!r}: {' '.join(str(error).split())[:160]}") from None
        if least and hold == "time" and made[name].isna().any():
            raise _Wrong(f"its column {name[:40]!r} lacks a time")
    missing = [name for name in _COLUMNS.get(kind, {}) if name not in made]
    if rows and missing:
        raise _Wrong(f"it has no column {missing[0]!r}")
    return pd.DataFrame(made, columns=pd.Index(names, dtype="str"))


def _guessed(name: str, values: list[Any]) -> columns.Holds:
    """Where it is not told, as another program may leave it."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, str) for value in known):
        return "time" if name in _TIMES else "text"
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        whole = len(known) == len(values) and all(isinstance(value, int) for value in known)
        return "integer" if whole else "number"
    return "boolean" if known and all(isinstance(value, bool) for value in values) else "json"


def _window(given: Mapping[str, Any]) -> Window | None:
    start, end = given.get("start"), given.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    try:
        return Window(instant(start), instant(end))
    except AisreError as error:
        raise _Wrong(f"its window: {error.message[:160]}") from None


def _drawn(made: ToolResult) -> None:
    """Once, and thrown away: facts that our own tool would never give must not break the cell that shows them."""
    from aisre_nb.render.step import body

    try:
        body(
            Evidence(
                "E0", made.kind, made.title, made.summary, "", {}, window=made.window, frame=made.frame,
                facts=made.facts, fetched_at=datetime.now(UTC), text=text_for_model(made, "E0"),
            )
        )  # fmt: skip
    except Exception as error:
        raise _Wrong(f"it cannot be drawn ({type(error).__name__})") from None
