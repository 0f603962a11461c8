"""Requests: which fail, where the error begins, and how a failing one differs from a healthy one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from aisre_nb.analysis.critical_path import critical_path
from aisre_nb.analysis.trace_origin import differences, origin
from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments, Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.base import TraceSource

_LOOKED_AT = 12
"""Failing traces that are opened to see where errors begin."""
_WAITED = 8
"""Spans of the critical path that are told of at most."""
_NAMED = 100
"""Operations that are told of at most: where a name holds an id, there are as many as requests."""


class GetTraces(Windowed):
    """Arguments of `get_traces`."""

    service: str = Field(description="The service that served the requests; its exact name.")
    status: Literal["any", "error", "ok"] = Field("error", description="error: those that failed (5XX).")
    operation: str | None = Field(None, description="Only this operation, as get_traces named it.")
    limit: int = Field(50, ge=1, le=1000, description="Traces at most; counts are over all of them.")


async def _get_traces(context: ToolContext, arguments: GetTraces) -> ToolResult:
    source = configured(context.sources.traces, "traces")
    window, service = arguments.window(context), arguments.service
    answer = await source.traces(
        service, window, status=arguments.status, operation=arguments.operation, limit=arguments.limit
    )
    counted = await source.operations(service, window)
    per_operation = counted.frame.sort_values("errors", ascending=False)
    operations: list[Any] = per_operation.head(_NAMED).drop(columns=["service"], errors="ignore").to_dict("records")
    total, errors = int(per_operation["requests"].sum()), int(per_operation["errors"].sum())
    endpoint = arguments.operation or (operations[0]["operation"] if errors else None)
    failing = answer.frame[answer.frame["error"].astype(bool)]
    failing = failing[failing["operation"] == endpoint] if endpoint else failing
    example = _one(failing)
    healthy = None
    if endpoint:
        good = await source.traces(service, window, status="ok", operation=endpoint, limit=20)
        healthy = _one(good.frame)
    begins = await _origin(source, failing)
    facts = {
        "service": service,
        "total": total,
        "errors": errors,
        "operations": operations,
        "endpoint": endpoint,
        "failing": example,
        "healthy": healthy,
        "exemplars": _exemplars(answer.frame),
        "origin": begins,
        "separates": [],
    }
    return ToolResult(
        "traces",
        f"{service}: {'failing ' if arguments.status == 'error' else ''}requests",
        _said(facts),
        answer.frame,
        facts,
        answer.source,
        answer.query,
        window,
        link=answer.link,
        # The numbers may be of a sample where the requests that are shown are not.
        notes=tuple(dict.fromkeys((*answer.notes, *counted.notes))),
    )


def _one(frame: pd.DataFrame) -> dict[str, Any] | None:
    """The trace of middle duration: the first one is as often as not an odd one."""
    if frame.empty:
        return None
    row = frame.sort_values("duration_ms").iloc[len(frame) // 2]
    return {
        "trace_id": str(row["trace_id"]),
        "operation": str(row["operation"]),
        "duration_ms": round(float(row["duration_ms"]), 2),
        "start": rfc3339(row["start"]),
    }


def _exemplars(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Traces worth a look, with the reason: the first to fail, the slowest to fail, the slowest that was answered."""
    failed = frame[frame["error"].astype(bool)]
    answered = frame[~frame["error"].astype(bool)]
    chosen = (
        ("first to fail", failed.sort_values("start")),
        ("slowest to fail", failed.sort_values("duration_ms", ascending=False)),
        ("slowest that was answered", answered.sort_values("duration_ms", ascending=False)),
    )
    found: dict[str, dict[str, Any]] = {}
    for why, rows in chosen:
        one = _one(rows.head(1))
        if one:
            found.setdefault(one["trace_id"], {"why": why, **one})
    return list(found.values())


async def _origin(source: TraceSource, failing: pd.DataFrame) -> dict[str, Any] | None:
    """Where most of some failing traces begin to fail."""
    found: list[dict[str, Any]] = []
    for trace_id in failing["trace_id"].drop_duplicates().head(_LOOKED_AT):
        try:
            begins = origin((await source.trace(str(trace_id))).frame)
        except AisreError:
            continue
        if begins:
            found.append(begins)
    if not found:
        return None
    places = [(f["service"], f["operation"]) for f in found]
    most = max(dict.fromkeys(places), key=places.count)
    first = next(f for f in found if (f["service"], f["operation"]) == most)
    return {
        "service": first["service"],
        "operation": first["operation"],
        "message": first["message"],
        "peer": first["peer"],
        "share": round(places.count(most) / len(places), 3),
    }


def _said(facts: dict[str, Any]) -> str:
    if not facts["errors"]:
        return f"none of {facts['total']} sampled requests failed"
    on_it = sum(o["errors"] for o in facts["operations"] if o["operation"] == facts["endpoint"])
    failed = f"{facts['errors']} of {facts['total']} sampled requests failed"
    line = f"{failed}, {on_it or 'none'} of them on {facts['endpoint']}"
    begins = facts["origin"]
    if begins:
        where = "there" if begins["service"] == facts["service"] else f"in {begins['service']} ({begins['operation']})"
        line += f"; the error begins {where} in {begins['share']:.0%} of the traces that were opened"
    return line


class GetTrace(Arguments):
    """Arguments of `get_trace`."""

    trace_id: str = Field(description="From get_traces.")
    compare_with: str | None = Field(None, description="A healthy trace of the same operation, to be shown beside it.")


async def _get_trace(context: ToolContext, arguments: GetTrace) -> ToolResult:
    import pandas as pd

    source = configured(context.sources.traces, "traces")
    answer = await source.trace(arguments.trace_id)
    if answer.frame.empty:
        raise SignalMissing(f"there is no trace {arguments.trace_id}", "take an id from get_traces")
    failing = _waited(answer.frame).assign(trace="failing" if arguments.compare_with else "trace")
    frames, queries, unlike = [failing], [answer.query], list[str]()
    if arguments.compare_with:
        other = await source.trace(arguments.compare_with)
        if not other.frame.empty:
            frames.append(_waited(other.frame).assign(trace="healthy"))
            queries.append(other.query)
            unlike = differences(answer.frame, other.frame)
    begins, root = origin(answer.frame), answer.frame.iloc[0]
    facts = {
        "trace_id": arguments.trace_id,
        "compare_with": arguments.compare_with,
        "spans": len(answer.frame),
        "duration_ms": round(float(root["duration_ms"]), 2),
        "origin": begins,
        "differences": unlike,
        "critical_path": _path(failing),
    }
    said = f"the error begins in {begins['service']}, {begins['operation']}" if begins else _slow(facts)
    message = f": {begins['message']}" if begins and begins["message"] else ""
    return ToolResult(
        "trace",
        f"Trace {arguments.trace_id[:8]}: {root['service']} {root['operation']}",
        said + message + (f"; {unlike[0]}" if unlike else ""),
        pd.concat(frames, ignore_index=True),
        facts,
        answer.source,
        "\n\n".join(queries),
        link=answer.link,
        notes=answer.notes,
    )


def _waited(spans: pd.DataFrame) -> pd.DataFrame:
    """With ``waited_ms``: how long each span itself kept the request waiting; nan where other work hid it."""
    return spans.assign(waited_ms=spans["span_id"].map(critical_path(spans)).astype(float))


def _path(spans: pd.DataFrame) -> list[dict[str, Any]]:
    """The spans that were waited for the longest."""
    longest = spans[spans["waited_ms"] > 0].nlargest(_WAITED, "waited_ms")
    return [
        {
            "service": str(row["service"]),
            "operation": str(row["operation"]),
            "span_id": str(row["span_id"]),
            "waited_ms": round(float(row["waited_ms"]), 2),
        }
        for row in longest.to_dict("records")
    ]


def _slow(facts: dict[str, Any]) -> str:
    """Of a request in which nothing failed: what it waited for the longest."""
    first = next(iter(facts["critical_path"]), None)
    if first is None:
        return "no span of it failed"
    took = f"{first['waited_ms']:.0f} of its {facts['duration_ms']:.0f} ms"
    return f"no span of it failed; {took} were waited for in {first['service']}, {first['operation']}"


get_traces = Tool(
    "get_traces",
    "Requests that a service served, failing ones unless told otherwise: which operation fails, in which service the "
    "error begins, and the ids of one failing and one healthy trace for get_trace, and of others worth a look.",
    GetTraces,
    _get_traces,
    estimates=True,
)
get_trace = Tool(
    "get_trace",
    "All spans of one request as a waterfall, with its critical path (what was waited for); give a healthy one of the "
    "same operation to see both side by side.",
    GetTrace,
    _get_trace,
    estimates=True,
)
