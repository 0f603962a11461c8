"""Which service is the likely cause, from traces, logs and metrics put together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.ranking.rank import Candidate, Family, rank
from aisre_nb.errors import SignalMissing
from aisre_nb.times import Window, rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.looked import Looked, ask, measure, sides
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.ranking.sign import Sign
    from aisre_nb.sources.reported import Reported

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


async def _rank_services(context: ToolContext, arguments: RankServices) -> ToolResult:
    looked = Looked()
    asked = arguments.window(context) if arguments.since or arguments.until else None
    before, now = await sides(context, asked, arguments.onset, looked)
    await ask(context, before, now, looked)
    usual = context.sources.reported.baseline or before
    await measure(context, usual, now, looked)
    if not any(len(frame) for frame in looked.frames.values()):
        why = f": {'; '.join(looked.gaps[:3])}" if looked.gaps else ""
        raise SignalMissing(f"there is no span, no log record and no metric to compare{why}", "look at another window")
    reported = context.sources.reported
    is_reported = bool(arguments.onset) or not reported.empty
    found, families = await asyncio.to_thread(_found, looked, usual, now, reported, is_reported)
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


def _found(
    looked: Looked, usual: Window, now: Window, reported: Reported, is_reported: bool
) -> tuple[list[Candidate], list[Family]]:
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
        traced = logs[logs["trace_id"].isin(set(spans["trace_id"]))] if logs is not None and looked.traced else None
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
        if spans is not None and "latency" in families:
            # Of what was traced, percentiles of minutes tell less than the requests themselves; and that the trouble
            # shows where it was reported is no news.
            told = {*spans["service"], reported.symptom_service}
            costs = [replace(one, strength=_UNTRACED * one.strength) for one in costs if one.service not in told]
        signs += costs
        signs += resource_signs(series, now, usual)
        families.append("metrics")
    return rank(signs, families, reported=is_reported), families


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
