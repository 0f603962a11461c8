"""Evidence that is read as a table: alerts, services, requests, log patterns, changes, anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html
from aisre_nb.render.text import cell

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 20
_COLUMNS = 6
_USUAL = {
    "deployments": ("time", "kind", "service", "from", "to", "title"),
    "logs": ("severity", "pattern", "count", "first_seen"),
    "alerts": ("time", "alert", "service", "severity", "state"),
}
"""Columns that say what a row is, where one stands alone."""
_TEXT = 3000
"""Characters of a diff or a file beneath a claim."""


def alerts(evidence: Evidence) -> str:
    """Since when, which, where, how bad."""
    return _frame(evidence.df, ["time", "alert", "service", "severity", "state", "summary"])


def services(evidence: Evidence) -> str:
    """The services with the most errors first."""
    frame = evidence.df
    if "error_rate" in frame:
        frame = frame.sort_values("error_rate", ascending=False, kind="stable")
        frame = frame.assign(error_rate=[f"{v:.2%}" if v == v else "" for v in frame["error_rate"]])
    table = _frame(frame, ["service", "requests", "errors", "error_rate", "p95_ms"])
    return html.details(f"{len(frame)} services", table)


def traces(evidence: Evidence) -> str:
    """By operation, then the requests themselves to unfold."""
    operations = evidence.facts.get("operations") or []
    rows = [
        [
            html.code(o.get("operation")),
            cell(o.get("requests")),
            cell(o.get("errors")),
            f"{o.get('error_rate') or 0:.2%}",
            cell(o.get("p95_ms")),
        ]
        for o in operations[:8]
    ]
    counted = ["requests", "errors", "error rate", "p95 ms"]
    summary = html.table(["operation", *counted], rows, counted)
    columns = ["start", "operation", "duration_ms", "status_code", "message", "trace_id"]
    return summary + html.details(f"{len(evidence.df)} requests", _frame(evidence.df, columns))


def deployments(evidence: Evidence) -> str:
    """Newest first."""
    return _frame(evidence.df, ["time", "kind", "service", "from", "to", "title", "author"])


def logs(evidence: Evidence) -> str:
    """Patterns, those that are new since the onset first, then the stack trace."""
    frame = evidence.df
    rows = [
        [
            html.span("NEW", "bad") if bool(r["new"]) else "",
            html.text(r["severity"]),
            html.code(str(r["pattern"])[:300]),
            cell(r["before"]),
            cell(r["after"]),
            _cell(r["first_seen"]),
        ]
        for r in frame.head(_ROWS).to_dict("records")
    ]
    since = evidence.facts.get("onset")
    columns = ["", "severity", "pattern", "before", "since onset" if since else "count", "first seen"]
    body = html.table(columns, rows, ["before", "since onset", "count"]) + _more(len(frame))
    exception = evidence.facts.get("exception")
    if exception:
        head = html.span(exception.get("type"), "bad") + html.text(
            f": {exception.get('message')}, {exception.get('count')} times"
        )
        body += html.details(f"Stack trace of {head}", html.pre(exception.get("text", "")), open_=True)
    return body


def anything(evidence: Evidence) -> str:
    """A person's own frame, or a tool's that is not known here."""
    frame = evidence.df
    body = _frame(frame, list(frame.columns)[:12]) if len(frame.columns) else ""
    return body + (html.pre(evidence.text[:4000]) if evidence.kind == "text" else "")


def some_rows(evidence: Evidence, places: Sequence[int]) -> str:
    """A few rows by their places, a few columns of them; a text as it stands."""
    frame = evidence.df
    kept = [place for place in places if place < len(frame)]
    if not kept:
        return ""
    part = frame.iloc[kept]
    if evidence.kind in ("diff", "file") and "text" in part:
        return html.pre("\n".join(map(str, part["text"]))[:_TEXT])
    usual = [c for c in _USUAL.get(evidence.kind, ()) if c in part]
    return _frame(part, usual or [c for c in part.columns if part[c].notna().any()][:_COLUMNS])


def rows_of_frame(frame: pd.DataFrame) -> str:
    """The first rows of a frame by itself, at most twelve columns of it."""
    more = html.span(f"and {len(frame) - _ROWS} more", "dim") if len(frame) > _ROWS else ""
    return _frame(frame.head(_ROWS), list(frame.columns)[:12]) + more


def _frame(frame: pd.DataFrame, columns: list[Any]) -> str:
    import pandas as pd

    kept = [c for c in columns if c in frame]
    right = [str(c) for c in kept if pd.api.types.is_numeric_dtype(frame[c].dtype)]
    rows = [[_cell(v) for v in row] for row in frame[kept].head(_ROWS).itertuples(index=False, name=None)]
    return html.table([str(c).replace("_", " ") for c in kept], rows, [r.replace("_", " ") for r in right]) + _more(
        len(frame)
    )


def _more(rows: int) -> str:
    return html.span(f"{rows - _ROWS} more rows in its DataFrame", "dim") if rows > _ROWS else ""


def _cell(value: Any) -> str:
    """Escaped; an instant stays on one line."""
    return html.span(cell(value), "t") if hasattr(value, "strftime") else html.text(cell(value))
