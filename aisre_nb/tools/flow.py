"""Where along the calls time is added or failures begin, since an onset."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from aisre_nb.analysis.flow import Hop, changed, hops
from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.times import Window, instant, rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 14
_BEFORE = timedelta(minutes=30)
_TWICE, _FEWER, _ENOUGH = 2, 0.75, 30
"""Times as many calls for each request that are told, at most so many, and calls on which the latter must rest."""
_COLUMNS = {
    "service": "service", "operation": "operation", "peer": "callee", "count_before": "count_before",
    "count_after": "count_after", "times": "times", "error_rate_before": "error_rate_before",
    "error_rate_after": "error_rate_after", "mean_ms_before": "mean_ms_before", "mean_ms_after": "mean_ms_after",
}  # fmt: skip


class FollowCalls(Windowed):
    """Arguments of `follow_calls`."""

    service: str = Field(description="Where to begin: the service whose requests got slow or fail; its exact name.")
    onset: str = Field(description="When it began, RFC 3339; what was before is compared with what came since.")
    by: Literal["latency", "errors"] = Field("latency", description="Follow added time, or failures.")


async def _follow_calls(context: ToolContext, arguments: FollowCalls) -> ToolResult:
    source = configured(context.sources.traces, "traces")
    if not hasattr(source, "flow"):
        raise ToolError("this source cannot add up the calls of all traces", "ask get_traces for one service")
    onset = instant(arguments.onset)
    end = arguments.window(context).end
    start = instant(arguments.since) if arguments.since and "ago" not in arguments.since else onset - _BEFORE
    if not start < onset < end:
        raise ToolError("the onset must lie within the window", "give an earlier since, or a later until")
    window = Window(start, end)
    answer = await source.flow(window, onset)
    if answer.frame.empty:
        raise SignalMissing("there is no span of a server or client in this window", "look at another window")
    way = hops(answer.frame, arguments.service, arguments.by)
    table = changed(answer.frame)
    frame = _first(table, way, arguments.by).head(_ROWS)[list(_COLUMNS)].rename(columns=_COLUMNS)
    facts: dict[str, Any] = {
        "service": arguments.service,
        "by": arguments.by,
        "hops": [_fact(hop, arguments.by) for hop in way],
        "calls_more": _more(table),
        "calls_less": _less(table),
        "onset": rfc3339(onset),
    }
    if way:
        last = way[-1]
        ends = last.peer if last.where in ("peer", "called") else last.service
        facts["origin"] = {"service": ends, "where": last.where, "share": round(last.share, 3)}
    return ToolResult(
        "table", f"From {arguments.service} along its calls", _said(arguments, way), frame, facts, answer.source,
        answer.query, window, link=answer.link, notes=answer.notes,
    )  # fmt: skip


def _first(table: pd.DataFrame, way: list[Hop], by: str) -> pd.DataFrame:
    """Those on the way, then calls that are made more or less often, then what got worse most in all."""
    walked = {(hop.service, hop.operation, hop.peer) for hop in way}
    on_way = [key in walked for key in zip(table["service"], table["operation"], table["peer"], strict=True)]
    failed = (table["error_rate_after"] - table["error_rate_before"]) * table["count_after"]
    other = table["peer"].ne("") & ((table["times"] >= _TWICE) | (table["times"] <= _FEWER))
    worse = table["added_ms"] if by == "latency" else failed
    order = table.assign(way=on_way, other=other, worse=worse)
    return order.sort_values(["way", "other", "worse"], ascending=False, kind="stable", ignore_index=True)


def _fact(hop: Hop, by: str) -> dict[str, Any]:
    unit = "ms" if by == "latency" else "error_rate"
    return {
        "service": hop.service, "where": hop.where, "peer": hop.peer, "operation": hop.operation,
        "share": round(hop.share, 3), "times": round(hop.times, 2), "requests": hop.requests,
        **{f"{name}_{unit}": float(f"{value:.3g}") for name, value in (("before", hop.before), ("after", hop.after))},
    }  # fmt: skip


def _more(table: Any) -> list[dict[str, Any]]:
    """Calls that are made twice as often for each request as before, or more: retries, a loop, a cache that misses."""
    many = table[(table["peer"] != "") & (table["times"] >= _TWICE)].sort_values("count_after", ascending=False)
    return [
        {
            "service": r.service, "operation": r.operation, "peer": r.peer, "times": round(float(r.times), 2),
            "count": int(r.count_after), "error_rate": round(float(r.error_rate_after), 3),
        }
        for r in many.head(8).itertuples()
    ]  # fmt: skip


def _less(table: Any) -> list[dict[str, Any]]:
    """Calls that fewer requests make than before: a step that is left out, and fails nobody. As calls a request."""
    few = table[(table["peer"] != "") & (table["times"] <= _FEWER) & (table["count_before"] >= _ENOUGH)]
    expected = few["count_after"] / few["times"].where(few["times"] > 0)
    return [
        {
            "service": r.service, "operation": r.operation, "peer": r.peer, "before": 1.0,
            "after": round(float(r.times), 3), "peak": round(float(r.times), 3), "count": int(r.count_after),
        }
        for r in few[expected >= _ENOUGH].sort_values("times").head(8).itertuples()
    ]  # fmt: skip


def _said(arguments: FollowCalls, way: list[Hop]) -> str:
    if not way:
        return f"the requests to {arguments.service} are as they were, or too few to tell"
    last = way[-1]
    path = " → ".join([*(hop.service for hop in way), *([last.peer] if last.peer else [])])
    unit = "of the added time" if arguments.by == "latency" else "of the added failures"
    told = {
        "itself": f"{last.share:.0%} {unit} of {last.service} is its own",
        "peer": f"{last.share:.0%} {unit} of {last.service} is spent on {last.peer}",
        "between": f"{last.share:.0%} {unit} of {last.service} is on the way to {last.peer}, which answers as ever",
        "called": f"{last.share:.0%} {unit} of {last.service} is in {last.peer}",
    }[last.where]
    return f"{path}: {told} ({last.operation})"


follow_calls = Tool(
    "follow_calls",
    "From an ill service along its calls to where time is added, or where failures begin, over all traces before and "
    "since the onset: its own time, a database or somebody else's service, or the way between two. Also lists calls "
    "that are made more often for each request than before (retries, a cache that misses).",
    FollowCalls,
    _follow_calls,
    estimates=True,
)
