"""Rows out of whatever JSON a server answers, as a frame that can be drawn and asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import EvidenceKind
from aisre_nb.mcp import shapes

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = 60
_TIMES = ("time", "timestamp", "ts", "datetime", "start", "start_time", "starttime", "date", "created_at")
_BODIES = ("body", "message", "msg", "line", "log", "text")
_SEVERITIES = ("severity", "level", "severity_text", "severitytext", "loglevel")
_SERVICES = ("service", "service_name", "servicename", "service.name", "app", "resource.service.name")
_SPANS = {
    "trace_id": ("trace_id", "traceid"),
    "span_id": ("span_id", "spanid"),
    "parent_span_id": ("parent_span_id", "parentspanid", "parent_id", "parentid"),
    "operation": ("operation", "name", "span_name", "spanname", "operation_name", "operationname"),
    "kind": ("kind", "span_kind", "spankind"),
    "message": ("message", "status_message", "statusmessage"),
}


@dataclass(frozen=True)
class Table:
    """A frame, and what it was understood as."""

    kind: EvidenceKind
    frame: pd.DataFrame
    what: str
    """In a few words: ``"12 series of 60 points"``."""
    facts: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def table(value: Any) -> Table | None:
    """The rows in a JSON value, as series, spans, log records or a plain table; None where it holds none."""
    import pandas as pd

    rows = shapes.rows(value)
    if not any(rows):
        return None
    frame = pd.json_normalize(rows, max_level=2)
    notes: tuple[str, ...] = ()
    if len(frame.columns) > _COLUMNS:
        fullest = frame.notna().sum().sort_values(ascending=False, kind="stable").index[:_COLUMNS]
        notes = (f"{len(frame.columns) - _COLUMNS} of {len(frame.columns)} columns were left out, the emptiest",)
        frame = frame[[column for column in frame.columns if column in set(fullest)]]
    frame.columns = pd.Index([str(column)[:100] for column in frame.columns], dtype="str")
    frame = frame.loc[:, ~frame.columns.duplicated()]
    # A frame with a column that mixes kinds cannot be kept as Parquet.
    frame = pd.DataFrame({column: _tidy(frame[column]) for column in frame.columns})
    found = _spans(frame) or _logs(frame) or _series(frame)
    if found is None:
        when = _times(frame)
        if when is not None and pd.api.types.is_numeric_dtype(frame[when[0]]):
            frame = frame.assign(**{when[0]: when[1]})
        found = Table("table", frame, f"{len(frame)} {'row' if len(frame) == 1 else 'rows'}")
    return Table(found.kind, found.frame, found.what, found.facts, notes)


def _tidy(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if column.dtype != object:
        return column
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("string", "boolean", "empty"):
        return column
    if kind in ("floating", "integer", "mixed-integer-float"):
        numbers = pd.to_numeric(column, errors="coerce")
        return numbers if numbers.dtype != object else column.astype("str")
    return column.map(lambda v: v if v is None or isinstance(v, str) else json.dumps(v, default=str)).astype(object)


def _named(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    known = {str(column).lower().strip("@_"): str(column) for column in frame.columns}
    return next((known[name] for name in names if name in known), None)


def _times(frame: pd.DataFrame) -> tuple[str, pd.Series[Any]] | None:
    """The column that says when, and its instants."""
    name = _named(frame, _TIMES)
    if name is None:
        return None
    found = shapes.instants(frame[name])
    return (name, found) if len(found) and found.notna().mean() > 0.9 else None


def _spans(frame: pd.DataFrame) -> Table | None:
    """The spans of one trace, in the columns of a waterfall; of several they stay a table."""
    named = {name: _named(frame, others) for name, others in _SPANS.items()}
    when = _times(frame)
    if when is None or named["trace_id"] is None or named["span_id"] is None:
        return None
    lasted = shapes.milliseconds(frame)
    if lasted is None:
        return None
    made = frame.drop(columns=[when[0]]).rename(columns={old: new for new, old in named.items() if old})
    made = made.loc[:, ~made.columns.duplicated()]
    service = _named(frame, _SERVICES)
    made = made.assign(
        start=when[1], duration_ms=lasted, service=frame[service].astype("str") if service else "",
        error=shapes.failed(frame),
    )  # fmt: skip
    for name in ("parent_span_id", "operation", "kind", "message"):
        made[name] = made[name].fillna("").astype("str") if name in made else ""
    made = made[made["start"].notna()].sort_values("start", kind="stable").reset_index(drop=True)
    made["trace_id"], made["span_id"] = made["trace_id"].astype("str"), made["span_id"].astype("str")
    traces, failed = made["trace_id"].nunique(), int(made["error"].sum())
    what = f"{len(made)} spans of {traces} {'trace' if traces == 1 else 'traces'}, {failed} failed"
    facts = {"spans": len(made), "traces": traces, "failed": failed}
    if traces > 1:
        return Table("table", made, what, facts)
    return Table("trace", made.assign(trace=made["trace_id"]), what, facts)


def _logs(frame: pd.DataFrame) -> Table | None:
    """Every record, as our own sources name the columns, and the patterns that they make."""
    from aisre_nb.analysis.log_patterns import patterns

    when, body = _times(frame), _named(frame, _BODIES)
    if when is None or body is None:
        return None
    severity, service = _named(frame, _SEVERITIES), _named(frame, _SERVICES)
    used = {name for name in (when[0], body, severity, service) if name}
    made = frame.drop(columns=list(used))
    made.insert(0, "time", when[1])
    made.insert(1, "service", frame[service].fillna("").astype("str") if service else "", allow_duplicates=True)
    made.insert(2, "severity", frame[severity].fillna("").astype("str").str.lower() if severity else "", True)
    made.insert(3, "body", frame[body].fillna("").astype("str"), allow_duplicates=True)
    made = made.loc[:, ~made.columns.duplicated()]
    made = made[made["time"].notna()].sort_values("time", kind="stable").reset_index(drop=True)
    found = patterns(made, None)
    top = [
        {"pattern": str(r["pattern"])[:300], "count": int(r["count"]), "severity": str(r["severity"])}
        for r in found.sort_values("count", ascending=False, kind="stable").head(12).to_dict("records")
    ]
    what = f"{len(made)} log records in {len(found)} patterns"
    return Table("table", made, what, {"records": len(made), "patterns": top})


def _series(frame: pd.DataFrame) -> Table | None:
    """Long: time, service, signal, value, unit; one signal for each set of labels, or for each column of numbers."""
    import pandas as pd

    when = _times(frame)
    if when is None or len(frame) < 3:
        return None
    rest = frame.drop(columns=[when[0]])
    numbers = [str(c) for c in rest.columns if pd.api.types.is_numeric_dtype(rest[c]) and rest[c].dtype != bool]
    value = _named(rest, ("value", "val", "v"))
    if value in numbers:
        numbers = [str(value)]
    words = [str(c) for c in rest.columns if c not in numbers]
    if not numbers or any(rest[word].astype("str").str.len().max() > 200 for word in words):
        return None
    service = _named(rest, _SERVICES)
    labels = [word for word in words if word not in (service, "signal", "metric", "unit")]
    name = _named(rest, ("signal", "metric", "__name__", "name"))
    labels = [label for label in labels if label != name]
    parts = []
    for number in numbers:
        base = rest[name].astype("str") if name else pd.Series(number, rest.index, dtype="str")
        told = shapes.labelled(rest[labels]) if labels else ""
        parts.append(
            pd.DataFrame(
                {
                    "time": when[1],
                    "service": rest[service].fillna("").astype("str") if service else "",
                    "signal": (base if len(numbers) == 1 or not name else base + "." + number) + told,
                    "value": pd.to_numeric(rest[number], errors="coerce"),
                    "unit": rest["unit"].fillna("").astype("str") if "unit" in rest else "",
                }
            )
        )
    made = pd.concat(parts, ignore_index=True)
    keys = ["service", "signal"]
    made = made[made["time"].notna()].sort_values([*keys, "time"], kind="stable").reset_index(drop=True)
    each = made.groupby(keys, sort=False)["value"]
    count = each.ngroups
    # Values at one instant are read as a table.
    if count > max(200, len(made) // 2) or made["time"].nunique() < 2:
        return None
    what = f"{count} series, {len(made)} points"
    ends = each.agg(["min", "max", "mean", "last"]).head(20)
    names = [" ".join(filter(None, key)) for key in ends.index]
    ranges = dict(zip(names, json.loads(ends.round(6).to_json(orient="records")), strict=True))
    facts: Mapping[str, Any] = {"series": count, "signals": ranges}
    return Table("metrics", made, what, dict(facts))
