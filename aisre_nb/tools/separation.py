"""What separates the bad requests of a service from the good ones."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from aisre_nb.analysis.separation import Grown, Pair, Separates, apart, grown, separating
from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.times import Window, instant
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_BEFORE = timedelta(minutes=60)
_TOLD = 6
_ROWS = 60


class CompareRequests(Windowed):
    """Arguments of `compare_requests`."""

    service: str = Field(description="The service that served the requests; its exact name.")
    onset: str = Field(description="When it began, RFC 3339.")
    by: Literal["latency", "errors"] = Field("errors", description="What makes a request bad: it is slow, or failed.")
    operation: str | None = Field(None, description="Only this operation.")


async def _compare_requests(context: ToolContext, arguments: CompareRequests) -> ToolResult:
    source = configured(context.sources.traces, "traces")
    if not hasattr(source, "attribute_values"):
        raise ToolError("this source cannot count attributes of all requests", "ask get_traces for some of them")
    onset, end = instant(arguments.onset), arguments.window(context).end
    start = onset - _BEFORE
    if not start < onset < end:
        raise ToolError("the onset must lie before the end of the window", "give a later until")
    window = Window(start, end)
    operations = [arguments.operation] if arguments.operation else []
    answer = await source.attribute_values(arguments.service, window, onset, operations, arguments.by)
    if answer.frame.empty:
        raise SignalMissing(f"no request to {arguments.service} has a span in this window", "look at another service")
    found, more = separating(answer.frame), grown(answer.frame)
    way = await source.between_places(window, onset, "zone")
    pairs = apart(way.frame) if len(way.frame) else []
    facts: dict[str, Any] = {
        "service": arguments.service,
        "by": arguments.by,
        "bad": int(answer.frame["of_bad"].max()),
        "good": int(answer.frame["of_good"].max()),
        "separates": [_fact(one) for one in found[:_TOLD]],
        "grown": [_growth(one) for one in more[:_TOLD]],
        "between": [_pair(one) for one in pairs[:_TOLD]],
    }
    if pairs:
        facts["origin"] = {"service": pairs[0].caller, "share": 1.0}
    # Where it is the way between places, that is the table.
    frame = (way.frame if pairs else _table(answer.frame)).reset_index(drop=True)
    return ToolResult(
        "table", f"{arguments.service}: what separates {_BAD[arguments.by]} requests", _said(arguments, facts), frame,
        facts, answer.source, f"{answer.query}\n\n{way.query}", window, link=answer.link,
        notes=tuple(dict.fromkeys((*answer.notes, *way.notes))),
    )  # fmt: skip


def _table(values: pd.DataFrame) -> pd.DataFrame:
    """Each value with its shares, those first that bad requests have most often beyond the others."""
    shares = {
        f"of_{name}": (values[name] / values[f"of_{name}"].where(values[f"of_{name}"] > 0)).round(3)
        for name in ("bad", "good", "before")
    }
    found = values.assign(**shares)
    apart = (found["of_bad"].fillna(0.0) - found["of_good"].fillna(0.0)).rename("apart")
    order = found.assign(apart=apart).sort_values(["apart", "bad"], ascending=False, kind="stable")
    return order.drop(columns="apart").head(_ROWS)


_BAD = {"latency": "slow", "errors": "failed"}


def _fact(one: Separates) -> dict[str, Any]:
    return {
        "key": one.key, "value": one.value, "bad": one.bad, "of_bad": round(one.of_bad, 3),
        "of_good": round(one.of_good, 3), "of_before": round(one.of_before, 3), "lift": round(one.lift, 2),
    }  # fmt: skip


def _growth(one: Grown) -> dict[str, Any]:
    return {
        "key": one.key, "value": one.value, "after": round(one.after, 3), "before": round(one.before, 3),
        "requests": one.requests,
    }  # fmt: skip


def _pair(one: Pair) -> dict[str, Any]:
    return {
        "caller": one.caller, "callee": one.callee, "before_ms": round(one.before_ms, 1),
        "after_ms": round(one.after_ms, 1), "calls": one.calls,
    }  # fmt: skip


def _said(arguments: CompareRequests, facts: dict[str, Any]) -> str:
    bad, found = _BAD[arguments.by], facts["separates"]
    told = [
        f"{one['of_bad']:.0%} of the {bad} requests have {one['key']} {one['value']}, {one['of_good']:.0%} "
        "of the others"
        for one in found[:2]
    ]
    told += [
        f"{one['after']:.0%} of all have {one['key']} {one['value']}, {one['before']:.0%} before"
        for one in facts["grown"][:1]
    ]
    told += [
        f"calls from {one['caller']} to {one['callee']} take {one['after_ms']:.0f} ms, {one['before_ms']:.0f} ms "
        "before, while others take what they took"
        for one in facts["between"][:1]
    ]
    none = f"no attribute separates the {facts['bad']} {bad} requests from the {facts['good']} others"
    return "; ".join(told) or none


compare_requests = Tool(
    "compare_requests",
    "Compares all failed (or slow) requests of a service with its good ones: which attribute, pod, version, zone, "
    "client or product separates them, with share and lift; what the growth of traffic consists of; and whether calls "
    "between two zones got slow while others did not.",
    CompareRequests,
    _compare_requests,
    estimates=True,
)
