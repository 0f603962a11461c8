"""Logs as patterns: what is new since the onset, and the exception behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.log_patterns import patterns
from aisre_nb.analysis.logs.miner import masked
from aisre_nb.analysis.stack_traces import StackTrace, parse
from aisre_nb.times import instant, rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_STACK_KEYS = ("exception.stacktrace", "exception.stack_trace", "stacktrace", "stack_trace", "error.stack")


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
    records = answer.frame
    # A minute before the onset: a metric's bucket begins before the first failing request is written down.
    began = instant(arguments.onset, context.now) if arguments.onset else None
    onset = began - timedelta(seconds=60) if began else None
    found = patterns(records, onset)
    exception = _exception(records, onset, arguments.operation)
    stacks = [
        exception["text"] if exception and masked(str(e)) == exception["pattern"] else "" for e in found["example"]
    ]
    facts: dict[str, Any] = {
        "service": arguments.service,
        "records": int(answer.total or len(records)),
        "patterns": len(found),
        "onset": rfc3339(began) if began else None,
        "new": _new(found),
        "exception": {k: v for k, v in exception.items() if k != "pattern"} if exception else None,
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


def _exception(records: pd.DataFrame, onset: datetime | None, operation: str | None) -> dict[str, Any] | None:
    """The most frequent exception with a stack trace; one that is new since the onset goes before older ones."""
    seen: dict[tuple[str, str], list[tuple[Any, str, StackTrace]]] = {}
    row: Any
    for row in records.sort_values("time").itertuples(index=False):
        attributes: dict[str, Any] = row.attributes if isinstance(row.attributes, dict) else {}
        text = next((str(attributes[k]) for k in _STACK_KEYS if attributes.get(k)), str(row.body))
        trace = parse(text) if "\n" in text else None
        if trace is not None:
            kind = str(attributes.get("exception.type") or trace.type)
            place = trace.frames[-1]
            seen.setdefault((kind, f"{place.file}:{place.line}"), []).append((row, text, trace))
    if not seen:
        return None

    def weight(group: list[tuple[Any, str, StackTrace]]) -> tuple[bool, int]:
        return (onset is not None and group[0][0].time >= onset, len(group))

    group = max(seen.values(), key=weight)
    row, text, trace = group[0]
    attributes = row.attributes if isinstance(row.attributes, dict) else {}
    return {
        "type": str(attributes.get("exception.type") or trace.type),
        "message": str(attributes.get("exception.message") or trace.message),
        "count": len(group),
        "first_seen": rfc3339(row.time),
        "text": text[:6000],
        "frames": [{"file": f.file, "line": f.line, "function": f.function, "code": f.code} for f in trace.frames],
        "operation": operation,
        "pattern": masked(str(row.body)),
    }


def _said(facts: dict[str, Any]) -> str:
    exception, new = facts["exception"], facts["new"]
    line = f"{facts['records']} records in {facts['patterns']} patterns"
    if facts["onset"]:
        line += f", {len(new)} new since {facts['onset'][11:16]}"
    if exception:
        place = exception["frames"][-1]
        line += f"; {exception['type']}: {exception['message']} at {place['file']}:{place['line']}"
        line += f", {exception['count']} times"
    return line


get_logs = Tool(
    "get_logs",
    "A service's log records grouped into patterns, new ones since the onset first, with the most frequent stack "
    "trace. Give operation and onset to see what a failing endpoint says.",
    GetLogs,
    _get_logs,
    estimates=True,
)
