"""Logs as patterns: what is new since the onset, and the exception behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.log_patterns import named, patterns
from aisre_nb.analysis.logs.separating import failing, separating
from aisre_nb.analysis.stack_groups import StackGroup, grouped
from aisre_nb.times import instant, rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_MOST = 5
"""Of what is listed beside the patterns."""


class GetLogs(Windowed):
    """Arguments of `get_logs`."""

    service: str = Field(description="The service's exact name.")
    operation: str | None = Field(
        None, description="Only records of requests of this operation, as get_traces named it."
    )
    severity: str | None = Field(None, description='The least severity: "warn" brings warn, error and fatal.')
    contains: str | None = Field(None, description="Only records whose body contains this text.")
    trace_id: str | None = Field(None, description="Only records of this trace.")
    onset: str | None = Field(None, description="When it began, from get_metrics: patterns since then are marked new.")


async def _get_logs(context: ToolContext, arguments: GetLogs) -> ToolResult:
    source = configured(context.sources.logs, "logs")
    window = arguments.window(context)
    answer = await source.logs(
        arguments.service,
        window,
        severity=arguments.severity,
        contains=arguments.contains,
        operation=arguments.operation,
        trace_id=arguments.trace_id,
    )
    records = answer.frame.sort_values("time", kind="stable").reset_index(drop=True)
    # A minute before the onset: a metric's bucket begins before the first failing request is written down.
    began = instant(arguments.onset, context.now) if arguments.onset else None
    onset = began - timedelta(seconds=60) if began else None
    total = int(answer.total or len(records))
    # When there are more records than were fetched, the newest are here: before the first of them nothing is known.
    start = records["time"].iloc[0] if total > len(records) > 0 else window.start
    names = named(records)
    found = patterns(records, onset, start=start, end=window.end, names=names)
    groups = grouped(records)
    told = _told(groups, onset)
    exception = _exception(told, arguments.operation) if told else None
    stacks = [told.text if told and pattern == names.iloc[told.first] else "" for pattern in found["pattern"]]
    facts: dict[str, Any] = {
        "service": arguments.service,
        "records": total,
        "patterns": len(found),
        "onset": rfc3339(began) if began else None,
        "new": _new(found),
        "changed": _changed(found),
        "separates": _separates(records, names),
        "exception": exception,
        "other_exceptions": [_brief(group) for group in groups if group is not told][:_MOST],
        "gaps": _gaps(records, onset, start),
    }
    where = f" of {arguments.operation}" if arguments.operation else ""
    return ToolResult(
        "logs",
        f"{arguments.service}: log patterns{where}",
        _said(facts),
        found.assign(stack=stacks),
        facts,
        answer.source,
        answer.query,
        window,
        link=answer.link,
        notes=answer.notes,
    )


def _new(found: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "pattern": row["pattern"],
            "count": int(row["count"]),
            "severity": row["severity"],
            "first_seen": rfc3339(row["first_seen"]),
        }
        for row in found[found["new"].astype(bool)].to_dict("records")
    ]


def _changed(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Patterns of which there are far more or fewer since the onset, the surest first."""
    rows = found[found["change"].isin(["surging", "gone", "fading"])].sort_values("p_value", kind="stable")
    return [
        {
            "pattern": row["pattern"],
            "change": row["change"],
            "before": int(row["before"]),
            "after": int(row["after"]),
            "ratio": round(float(row["ratio"]), 2),
            "severity": row["severity"],
        }
        for row in rows.head(_MOST).to_dict("records")
    ]


def _separates(records: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    """What failing records have that others do not."""
    if records.empty:
        return []
    rows = separating(records, failing(records), names).head(_MOST)
    return [
        {
            "field": row["field"],
            "value": row["value"],
            "failing": int(row["failing"]),
            "healthy": int(row["healthy"]),
            "support": round(float(row["support"]), 3),
            "lift": round(float(row["lift"]), 2),
        }
        for row in rows.to_dict("records")
    ]


def _gaps(records: pd.DataFrame, onset: datetime | None, start: datetime) -> list[str]:
    """What the records cannot tell."""
    if onset and len(records) and start >= onset:
        return [f"records begin at {rfc3339(start)}, no earlier than the onset: what is new since then is not known"]
    return []


def _told(groups: list[StackGroup], onset: datetime | None) -> StackGroup | None:
    """The most frequent exception; one that is new since the onset goes before older ones."""

    def weight(group: StackGroup) -> tuple[bool, int]:
        return (onset is not None and group.first_seen >= onset, group.count)

    return max(groups, key=weight, default=None)


def _exception(group: StackGroup, operation: str | None) -> dict[str, Any]:
    return {
        "type": group.type,
        "message": group.message,
        "count": group.count,
        "first_seen": rfc3339(group.first_seen),
        "text": group.text[:6000],
        "frames": [{"file": f.file, "line": f.line, "function": f.function, "code": f.code} for f in group.frames],
        "operation": operation,
    }


def _brief(group: StackGroup) -> dict[str, Any]:
    place = f"{group.place.file}:{group.place.line}"
    seen = rfc3339(group.first_seen)
    return {"type": group.type, "message": group.message, "count": group.count, "first_seen": seen, "place": place}


def _said(facts: dict[str, Any]) -> str:
    exception, new = facts["exception"], facts["new"]
    line = f"{facts['records']} records in {facts['patterns']} patterns"
    if facts["onset"]:
        line += f", {len(new)} new since {facts['onset'][11:16]}"
        for change in ("surging", "gone"):
            count = sum(row["change"] == change for row in facts["changed"])
            line += f", {count} {change}" if count else ""
    if exception:
        place = exception["frames"][-1]
        line += f"; {exception['type']}: {exception['message']} at {place['file']}:{place['line']}"
        line += f", {exception['count']} times"
    if facts["separates"]:
        first = facts["separates"][0]
        line += f"; failing ones have {first['field']} {first['value']} ({first['lift']:g} times as often as all)"
    return "; ".join([line, *facts["gaps"]])


get_logs = Tool(
    "get_logs",
    "A service's log records grouped into patterns, new ones since the onset first, those that surged or ceased, what "
    "failing records have that others do not, and the most frequent stack trace. Give operation and onset to see what "
    "a failing endpoint says.",
    GetLogs,
    _get_logs,
    estimates=True,
)
