"""Which service is the likely cause, from traces, logs and metrics put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.ranking.rank import Candidate, Family, rank
from aisre_nb.errors import AisreError, SignalMissing, ToolError
from aisre_nb.times import Window, instant, rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.ranking.sign import Sign
    from aisre_nb.sources.base import Answer
    from aisre_nb.sources.reported import Reported

_SPANS = 60_000
_RECORDS = 60_000
"""Of each side, before and since the onset, as many are looked at."""
_AROUND = timedelta(minutes=10)
"""A baseline is told in the steps of somebody's metrics: what lies just ahead of it belongs to it."""
_LEAST_BEFORE = timedelta(hours=1)
_LAST_PART = 0.25
"""Where nothing tells the onset, what is compared is the last quarter of the window."""
_FINE, _COARSE = 60, 300
"""Seconds of a step of metrics."""
_SHORT = timedelta(hours=12)
_UNTRACED = 0.5
"""What a metric's word counts of a service without spans where others have them: they would have shown it."""
_CANDIDATES = 10
_SIGNS = 3
_COLUMNS = (
    "rank", "service", "probability", "score", "sign", "kind", "strength", "resource", "before", "now", "unit", "says",
    "against",
)  # fmt: skip
_FEW = 20
"""Requests on a side below which the ranking says that it rests on few."""


class RankServices(Windowed):
    """Arguments of `rank_services`."""

    onset: str | None = Field(None, description="When it began: RFC 3339 or '20m ago'. Default: as reported, or found.")


@dataclass
class Looked:
    """What was asked of the sources, and what could not be had."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def take(self, name: str, *answers: Answer) -> None:
        """Keep what came."""
        import pandas as pd

        filled = [answer.frame for answer in answers if len(answer.frame)]
        self.frames[name] = pd.concat(filled, ignore_index=True) if filled else answers[0].frame
        for answer in answers:
            self.queries.append(answer.query)
            self.gaps += [note for note in answer.notes if note not in self.gaps]
            if answer.source not in self.sources:
                self.sources.append(answer.source)


async def _rank_services(context: ToolContext, arguments: RankServices) -> ToolResult:
    looked = Looked()
    before, now = await _sides(context, arguments, looked)
    await _ask(context, before, now, looked)
    usual = context.sources.reported.baseline or before
    await _measure(context, usual, now, looked)
    if not any(len(frame) for frame in looked.frames.values()):
        raise SignalMissing("there is no span, no log record and no metric to compare", "look at another window")
    reported = context.sources.reported
    is_reported = bool(reported.window or reported.symptom_service or reported.symptom_metric or arguments.onset)
    found, families = await asyncio.to_thread(_found, looked, usual, now, reported)
    symptom = {"service": reported.symptom_service, "metric": reported.symptom_metric}
    facts = _facts(found, before, now, looked, families) | {"reported": is_reported, "symptom": symptom}
    return ToolResult(
        "table",
        "Likely causes",
        _said(facts),
        _table(facts),
        facts,
        ", ".join(looked.sources),
        "\n\n".join(looked.queries),
        Window(before.start, now.end),
    )


async def _sides(context: ToolContext, arguments: RankServices, looked: Looked) -> tuple[Window, Window]:
    """The time before it began, and the time since."""
    reported = context.sources.reported
    whole = arguments.window(context)
    if reported.window and not arguments.since and not arguments.until:
        whole = reported.window
        onset = reported.window.start
    else:
        onset = whole.start + (1 - _LAST_PART) * whole.duration
        if not arguments.onset:
            looked.gaps.append(f"nobody told when it began: the time since {rfc3339(onset)} is compared with before")
    if arguments.onset:
        onset = instant(arguments.onset, context.now)
    if onset >= whole.end:
        raise ToolError(f"the onset {rfc3339(onset)} is not before the window's end {rfc3339(whole.end)}", "name both")
    start = min(whole.start, onset - max(_LEAST_BEFORE, 2 * (whole.end - onset)))
    if reported.baseline and reported.baseline.end <= onset:
        start = min(start, reported.baseline.start - _AROUND)
    return Window(start, onset), Window(onset, whole.end)


async def _ask(context: ToolContext, before: Window, now: Window, looked: Looked) -> None:
    """Spans, then the records of the same traces."""
    part = 1.0
    traces, logs = context.sources.traces, context.sources.logs
    if traces is None or not hasattr(traces, "span_sample"):
        looked.gaps.append("no source has spans: latency and the order of calls were not compared")
    else:
        try:
            sides = [await traces.span_sample(side, _SPANS) for side in (before, now)]
            looked.take("spans", *sides)
            part = min(float(side.frame.attrs.get("part", 1.0)) for side in sides)
        except AisreError as error:
            looked.gaps.append(f"spans: {error}")
    if logs is None or not hasattr(logs, "log_sample"):
        looked.gaps.append("no source has log records: they were not compared")
    else:
        try:
            looked.take("logs", *[await logs.log_sample(side, _RECORDS, part) for side in (before, now)])
        except AisreError as error:
            looked.gaps.append(f"logs: {error}")


async def _measure(context: ToolContext, usual: Window, now: Window, looked: Looked) -> None:
    """All series of both times, in steps fine enough for a short window, and who calls whom."""
    metrics = context.sources.metrics
    if metrics is None or not hasattr(metrics, "all_series"):
        looked.gaps.append("no source has metrics: resources were not compared")
        return
    step = _FINE if max(usual.duration, now.duration) <= _SHORT else _COARSE
    try:
        looked.take("series", *[await metrics.all_series(side, step) for side in (usual, now)])
        looked.take("calls", await metrics.calls(now))
    except AisreError as error:
        looked.gaps.append(f"metrics: {error}")


def _found(looked: Looked, usual: Window, now: Window, reported: Reported) -> tuple[list[Candidate], list[Family]]:
    from aisre_nb.analysis.ranking.logs import log_signs
    from aisre_nb.analysis.ranking.metrics import metric_signs
    from aisre_nb.analysis.ranking.resources import resource_signs
    from aisre_nb.analysis.ranking.traces import earlier, latency_signs, step_signs
    from aisre_nb.analysis.traces.steps import steps
    from aisre_nb.analysis.traces.visits import visits

    spans, logs = looked.frames.get("spans"), looked.frames.get("logs")
    until = earlier(now.start, now.duration)
    signs: list[Sign] = []
    families: list[Family] = []
    if spans is not None and len(spans):
        found = visits(spans)
        traced = logs[logs["trace_id"].isin(set(spans["trace_id"]))] if logs is not None else None
        late = found.visits["start"] >= now.start
        roots = found.visits["above"] < 0
        sides = {"before": int((~late & roots).sum()), "since": int((late & roots).sum())}
        looked.gaps += [f"only {n} requests {side} it began were seen" for side, n in sides.items() if n < _FEW]
        if late.any() and not late.all():
            signs += latency_signs(found, now.start, until)
            signs += step_signs(found, *steps(found, traced), now.start, until)
            families += ["latency", "steps"]
        logs = logs[~logs.index.isin(traced.index)] if logs is not None and traced is not None else logs
    if logs is not None and len(logs):
        signs += log_signs(logs, now.start, until, now.end)
        if "steps" not in families:
            families.append("steps")
    series = looked.frames.get("series")
    if series is not None and len(series):
        calls = looked.frames.get("calls")
        costs = metric_signs(series, now, usual, calls, reported.symptom_service, reported.symptom_metric)
        # Of what was traced, percentiles of minutes tell less than the requests themselves.
        traced_too = set(spans["service"]) if spans is not None and "latency" in families else set()
        signs += [
            replace(c, strength=_UNTRACED * c.strength) if traced_too else c
            for c in costs
            if c.service not in traced_too
        ]
        signs += resource_signs(series, now, usual)
        families.append("metrics")
    return rank(signs, families, reported=not reported.empty), families


def _facts(
    found: list[Candidate], before: Window, now: Window, looked: Looked, families: list[Family]
) -> dict[str, Any]:
    ranked = [
        {
            "service": one.service,
            "score": round(one.score, 2),
            "probability": round(one.probability, 3),
            "for": [_sign(sign) for sign in one.signs[:_SIGNS]],
            "against": list(one.against),
        }
        for one in found[:_CANDIDATES]
    ]
    return {
        "onset": rfc3339(now.start),
        "before": before.as_json(),
        "since": now.as_json(),
        "ranked": ranked,
        "candidates": len(found),
        "compared": list(families),
        "gaps": looked.gaps,
    }


def _sign(sign: Sign) -> dict[str, Any]:
    """Without numbers that are not there; six digits tell all that was measured."""
    told = {"kind": sign.kind, "strength": round(sign.strength, 2), "resource": sign.resource, "unit": sign.unit}
    levels = {"before": sign.before, "now": sign.now}
    return {**told, **{k: float(f"{v:.6g}") for k, v in levels.items() if v is not None}, "says": sign.says}


def _table(facts: dict[str, Any]) -> pd.DataFrame:
    """One row a candidate and sign, the likeliest candidate and its strongest sign first."""
    import pandas as pd

    rows = []
    for nth, one in enumerate(facts["ranked"], 1):
        against = "; ".join(one["against"])
        for place, sign in enumerate(one["for"], 1):
            head = {"rank": nth, "service": one["service"], "probability": one["probability"], "score": one["score"]}
            rows.append({**head, "sign": place, **sign, "against": against})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _said(facts: dict[str, Any]) -> str:
    if not facts["ranked"]:
        return f"no service behaves differently since {facts['onset'][11:16]} UTC"
    first = facts["ranked"][0]
    told = f"most likely {first['service']} ({first['probability']:.0%}): {first['for'][0]['says']}"
    others = ", ".join(f"{one['service']} {one['probability']:.0%}" for one in facts["ranked"][1:3])
    return f"{told}; then {others}" if others else told


rank_services = Tool(
    "rank_services",
    "All services by how likely each is the cause, from traces, logs and metrics before and since it began: where time "
    "is added, which steps and log lines are missing or new, whose resources moved; with what speaks for and against "
    "each. Use it where golden signals and changes give no answer, and where spans carry no status.",
    RankServices,
    _rank_services,
    time_limit=120.0,
)
