"""Prometheus asked in its own language, and what there is to ask it for. Offered where one is configured."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.analysis.onset import change
from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.tools.arguments import Arguments, Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.metrics import fact, step_for
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_STEPS = 11_000
"""Points of a series that Prometheus gives at most."""
_NAMES = 200
_TOLD = 40
"""Series whose change is told."""


class QueryPromql(Windowed):
    """Arguments of `query_promql`."""

    query: str = Field(min_length=1, max_length=4000, description="One PromQL expression. Aggregate with sum by (…).")
    step: int | None = Field(None, ge=1, le=86400, description="Seconds between points. Default: from the window.")
    at_once: bool = Field(False, description="Only its value at the window's end, as a table.")
    exemplars: bool = Field(False, description="Exemplars of the series instead: single requests, with trace ids.")


async def _query_promql(context: ToolContext, arguments: QueryPromql) -> ToolResult:
    source = configured(context.sources.promql, "PromQL")
    window = arguments.window(context)
    await source.check(arguments.query)
    title = f"PromQL: {' '.join(arguments.query.split())[:120]}"
    if arguments.at_once or arguments.exemplars:
        ask = source.exemplars(arguments.query, window) if arguments.exemplars else None
        answer = await (ask if ask is not None else source.query_at(arguments.query, window.end))
        first = answer.frame.iloc[0]
        what = "exemplars" if arguments.exemplars else "series"
        said = f"{answer.total or len(answer.frame)} {what}; the largest: {first['signal']} = {first['value']:.6g}"
        facts: dict[str, Any] = {"rows": len(answer.frame), "largest": str(first["signal"])}
        return ToolResult("table", title, said, answer.frame, facts, answer.source, answer.query, window,
                          link=answer.link, notes=answer.notes)  # fmt: skip
    seconds = window.duration.total_seconds()
    step = arguments.step or step_for(seconds)
    if seconds / step > _STEPS:
        raise ToolError(
            f"{seconds / step:,.0f} points of a series are too many", f"take a step of {seconds // 250:.0f}"
        )
    answer = await source.query(arguments.query, window, step)
    frame = answer.frame
    changes = {
        f"{service} {signal}".strip(): (change(rows.set_index("time")["value"]), len(rows))
        for (service, signal), rows in frame.groupby(["service", "signal"], sort=False)
    }
    told = dict(list(changes.items())[:_TOLD])
    moved = [(name, found) for name, (found, _) in changes.items() if found.onset is not None]
    surest = max(moved, key=lambda pair: pair[1].confidence, default=None)
    said = f"{len(changes)} series, {len(moved)} of them moved"
    if surest is not None and surest[1].onset is not None:
        levels = f"from {surest[1].before:.4g} to {surest[1].after:.4g}"
        said += f"; the surest: {surest[0]} {levels} at {surest[1].onset:%H:%M} UTC"
    facts = {
        "step_seconds": int(frame.attrs.get("step_seconds", step)),
        "series": len(changes),
        "signals": {name: fact(found, "", step, points) for name, (found, points) in told.items()},
    }
    frame = frame.copy()
    frame.attrs = {}
    return ToolResult("metrics", title, said, frame, facts, answer.source, answer.query, window,
                      link=answer.link, notes=answer.notes)  # fmt: skip


class FindMetrics(Windowed):
    """Arguments of `find_metrics`."""

    service: str | None = Field(None, description="Only metrics that this service has.")
    contains: str | None = Field(None, description="Only names that hold this text.")
    metric: str | None = Field(None, description="One metric: its labels, with values, instead of names.")


async def _find_metrics(context: ToolContext, arguments: FindMetrics) -> ToolResult:
    if arguments.metric:
        window = arguments.window(context)
        answer = await configured(context.sources.promql, "PromQL").labels(arguments.metric, window)
        told = ", ".join(f"{row.label} ({row.values})" for row in answer.frame.head(12).itertuples())
        return ToolResult("table", f"Labels of {arguments.metric}", f"labels and how many values: {told}", answer.frame,
                          {"labels": list(answer.frame["label"])}, answer.source, answer.query, window,
                          notes=answer.notes)  # fmt: skip
    # Not of who answers for metrics, which may be another one: these names are for queries.
    answer = await configured(context.sources.promql, "PromQL").metric_names(arguments.service)
    frame = answer.frame
    if arguments.contains:
        frame = frame[frame["metric"].str.contains(arguments.contains, case=False, regex=False)].reset_index(drop=True)
    if frame.empty:
        raise SignalMissing("no metric has such a name", "leave out service or contains")
    kept = frame.head(_NAMES)
    notes = (f"{len(frame)} metrics: the first {_NAMES} by name are here",) if len(frame) > _NAMES else ()
    said = f"{len(frame)} metrics: {', '.join(kept['metric'].head(15))}"
    return ToolResult("table", "Metrics", said, kept, {"metrics": len(frame)}, answer.source, answer.query,
                      notes=(*answer.notes, *notes))  # fmt: skip


class GetAlertRules(Arguments):
    """Arguments of `get_alert_rules`."""

    name: str | None = Field(None, description="One alert's name.")


async def _get_alert_rules(context: ToolContext, arguments: GetAlertRules) -> ToolResult:
    answer = await configured(context.sources.promql, "rules").rules()
    frame = answer.frame
    if arguments.name:
        frame = frame[frame["name"] == arguments.name].reset_index(drop=True)
        if frame.empty:
            raise ToolError(f"there is no rule {arguments.name!r}", "leave the name out to see all")
    broken = [str(row["name"]) for row in frame.to_dict("records") if row["health"] == "err"]
    states = frame[frame["kind"] == "alerting"]["state"].value_counts().to_dict()
    said = f"{len(frame)} rules; {', '.join(f'{count} {state}' for state, count in states.items())}"
    said += f"; failing themselves: {', '.join(broken[:5])}" if broken else ""
    facts: dict[str, Any] = {
        "rules": len(frame),
        "states": {str(k): int(v) for k, v in states.items()},
        "broken": broken,
    }
    return ToolResult("table", "Rules", said, frame, facts, answer.source, answer.query, notes=answer.notes)


query_promql = Tool(
    "query_promql",
    "A PromQL query of your own, for what the golden signals do not show: other metrics, single pods, ratios. It is "
    "checked before it is sent. Look at find_metrics for names and labels before you guess.",
    QueryPromql,
    _query_promql,
    estimates=True,
)
find_metrics = Tool(
    "find_metrics",
    "Which metrics there are, of a service or by a part of their names; or the labels of one metric with their values.",
    FindMetrics,
    _find_metrics,
    estimates=True,
)
get_alert_rules = Tool(
    "get_alert_rules",
    "The rules that alerts and recorded series come from: expression, how long it must hold, state, runbook.",
    GetAlertRules,
    _get_alert_rules,
    estimates=True,
)
