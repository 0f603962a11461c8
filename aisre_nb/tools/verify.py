"""Whether a remedy helped: lets minutes pass, then looks at the golden signals before it and after it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.onset import change
from aisre_nb.analysis.recovery import Bad, Levels, by_alerts, judge, together
from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.times import Window, duration, instant, rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.metrics import LEAST, NAMES, shown
from aisre_nb.tools.tool import TIME_LIMIT, Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.base import Answer, MetricSource

_LONGEST = 60.0
_STEP = 30
"""Seconds of one bucket."""
_BEFORE, _SHORT = timedelta(minutes=10), timedelta(minutes=2)
"""How much of the time before the remedy tells how bad it was, at the most and at the least."""
_LAST, _MOST = timedelta(minutes=4), timedelta(minutes=15)
"""How much of the end of the wait tells how it is now: half of it, for what comes and goes must not be missed."""
_DRAWN = timedelta(minutes=20)
_ORDER = ("error_rate", "latency_p95", "latency_p99", "latency_p50", "request_rate")
"""The signals in the order of what users feel most."""
_HIDDEN = 3
"""Other metrics of the service that are looked at where those signals were well."""
_NO_REMEDY = ("silence",)


class Verify(Arguments):
    """Arguments of `verify`."""

    service: str = Field(description="The service whose signals should recover.")
    signal: str | None = Field(None, description="One of its signals by name, such as a saturation; default: errors, "
                               "latency and traffic.")  # fmt: skip
    minutes: float = Field(10, ge=0, le=_LONGEST, description="How long to wait before looking; 0 looks at once.")
    since: str | None = Field(None, description="When the remedy began, where no action here did it.")


async def _verify(context: ToolContext, arguments: Verify) -> ToolResult:
    import pandas as pd

    cluster = configured(context.sources.cluster, "actions on a cluster")
    source = configured(context.sources.metrics, "metrics")
    begun = await cluster.now()
    at, remedy = await _remedy(context, arguments, begun)
    fired = {*(await _firing(context, arguments.service, begun) or ()), *_fired(context, arguments.service, at)}
    now = await cluster.wait(arguments.minutes, context.tell) if arguments.minutes else begun
    window = Window(at - duration(context.default_since), max(now, at + timedelta(seconds=_STEP)))
    answer = await source.golden_signals(arguments.service, window, _STEP)
    end = max(at, now - min(max(_LAST, (now - at) / 2), _MOST))
    levels = {
        signal: _levels(answer.frame, signal, pd.Timestamp(at), pd.Timestamp(end))
        for signal in _signals(answer.frame, arguments)
    }
    frame, query = answer.frame, answer.query
    if arguments.signal is None and not any(found.trouble for found in levels.values()):
        hidden = await _moved(context, source, arguments.service, window)
        for told, bad in hidden:
            frame, query = pd.concat([frame, told.frame], ignore_index=True), f"{query}\n\n{told.query}"
            for signal in told.frame["signal"].unique():
                levels[str(signal)] = _levels(told.frame, str(signal), pd.Timestamp(at), pd.Timestamp(end), bad)
    verdict = together(levels.values())
    firing = await _firing(context, arguments.service, now)
    if verdict == "unchanged" and firing is not None and not any(found.trouble for found in levels.values()):
        verdict = by_alerts(fired, firing)
    units = {str(r.signal): str(r.unit) for r in frame.drop_duplicates("signal").itertuples()}
    facts: dict[str, Any] = {
        "service": arguments.service,
        "verdict": verdict,
        "remedy": remedy,
        "at": rfc3339(at),
        "now": rfc3339(now),
        "signals": {name: _fact(found, units[name]) for name, found in levels.items()},
        "alerts": firing,
        "alerts_before": sorted(fired),
        "deployments": [{"time": rfc3339(at), "service": remedy, "from": "before", "to": "after"}],
    }
    drawn = frame[(frame["time"] >= at - _DRAWN) & frame["signal"].isin([*levels, *NAMES])]
    return ToolResult(
        "metrics",
        f"{arguments.service}: {verdict}",
        _said(arguments.service, remedy, facts, (now - at).total_seconds() / 60),
        drawn.reset_index(drop=True),
        facts,
        answer.source,
        query,
        window,
        link=answer.link,
    )


async def _moved(context: ToolContext, source: MetricSource, service: str, window: Window) -> list[tuple[Answer, Bad]]:
    """What else of the service was seen to move for the worse: a queue, a restart, a share of calls."""
    seen = next((e for e in reversed(list(context.evidence.values())) if e.tool == "find_movers"), None)
    rows = seen.facts.get("movers") if seen else None
    told: dict[str, Bad] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("service") == service and row.get("hurts"):
            told.setdefault(str(row.get("metric")), "down" if row.get("direction") == "down" else "up")
    found: list[tuple[Answer, Bad]] = []
    for metric, bad in list(told.items())[:_HIDDEN]:
        try:
            answer = await source.metric(metric, service, window, _STEP)
        except AisreError:
            continue
        if len(answer.frame):
            # Of several sets of labels the fullest one.
            first = str(answer.frame["signal"].value_counts().index[0])
            found.append((replace(answer, frame=answer.frame[answer.frame["signal"] == first]), bad))
    return found


async def _remedy(context: ToolContext, arguments: Verify, now: datetime) -> tuple[datetime, str]:
    """When what is judged was done, and what it was: an action here, else a change since it began, else now."""
    if arguments.since:
        return min(instant(arguments.since, context.now), now), "the change"
    for evidence in reversed(list(context.evidence.values())):
        action = evidence.facts.get("action")
        if isinstance(action, dict) and action.get("action") not in _NO_REMEDY and "undo" in evidence.facts:
            return min(instant(str(evidence.facts["at"])), now), evidence.title
    onset = next(
        (e.facts["onset"] for e in reversed(list(context.evidence.values()))
         if e.tool == "get_metrics" and e.facts.get("service") == arguments.service and e.facts.get("onset")), None,
    )  # fmt: skip
    for source in context.sources.changes if onset else ():
        try:
            frame = (await source.changes(Window(instant(str(onset)), now), arguments.service)).frame
        except AisreError:
            continue
        # What was changed when it began is rather the cause.
        later = frame[frame["time"] > instant(str(onset)) + _LAST] if len(frame) else frame
        if len(later):
            newest = later.sort_values("time").iloc[-1]
            return newest["time"].to_pydatetime(), str(newest["title"] or "the change")
    return now, "nothing yet"


def _signals(frame: pd.DataFrame, arguments: Verify) -> list[str]:
    there = [str(name) for name in frame["signal"].unique()]
    if arguments.signal is None:
        return [name for name in _ORDER if name in there]
    if arguments.signal not in there:
        raise SignalMissing(f"{arguments.service} has no signal {arguments.signal!r}", f"it has {', '.join(there)}")
    return [arguments.signal]


def _levels(frame: pd.DataFrame, signal: str, at: pd.Timestamp, end: pd.Timestamp, bad: Bad | None = None) -> Levels:
    import pandas as pd

    series = frame[frame["signal"] == signal].set_index("time")["value"].sort_index()
    before, after = series[series.index < at], series[series.index >= end]
    bad = bad or ("down" if signal == "request_rate" else "up")
    least = LEAST.get(signal, 0.0)
    found = change(before, least)
    healthy = found.before
    if signal == "error_rate" and found.onset is None:
        healthy = math.nan
    # Not from before it began: what was well then would make it look less bad.
    start = at - _BEFORE if found.onset is None else min(max(at - _BEFORE, pd.Timestamp(found.onset)), at - _SHORT)
    return Levels(healthy, float(before[before.index >= start].mean()), float(after.mean()), bad, least)


def _fact(levels: Levels, unit: str) -> dict[str, Any]:
    values = {"healthy": levels.healthy, "before": levels.sick, "after": levels.now}
    numbers = {k: None if math.isnan(v) else float(f"{v:.6g}") for k, v in values.items()}
    return {"unit": unit, **numbers, "trouble": bool(levels.trouble), "verdict": judge(levels)}


async def _firing(context: ToolContext, service: str, now: datetime) -> list[str] | None:
    """The service's alerts that fire now; None where nobody answers for alerts."""
    if context.sources.alerts is None:
        return None
    try:
        frame = (await context.sources.alerts.alerts(now)).frame
    except AisreError:
        return None
    return [str(a) for a in frame[(frame["service"] == service) & (frame["state"] == "firing")]["alert"]]


def _fired(context: ToolContext, service: str, at: datetime) -> set[str]:
    """The service's alerts that fired before the remedy, as this investigation saw them."""
    kept = list(context.evidence.values())
    seen = next((e for e in reversed(kept) if e.tool == "get_alerts"), None)
    alerts = seen.facts.get("alerts") if seen else None
    rows = [a for a in alerts if isinstance(a, dict)] if isinstance(alerts, list) else []
    firing = {str(a.get("alert")) for a in rows if a.get("service") == service and a.get("state") == "firing"}
    looks = [e.facts for e in kept if e.tool == "verify" and e.facts.get("service") == service]
    return firing.union(*(f.get("alerts_before") or () for f in looks if f.get("at") == rfc3339(at)))


def _said(service: str, remedy: str, facts: dict[str, Any], minutes: float) -> str:
    said = []
    for name, found in facts["signals"].items():
        if (found["trouble"] or found["verdict"] == "worse") and found["after"] is not None:
            well = "" if found["healthy"] is None else f", {shown(found['healthy'], found['unit'])} when well"
            levels = f"{shown(found['before'], found['unit'])} → {shown(found['after'], found['unit'])}"
            said.append(f"{NAMES.get(name, name)} {levels}{well}")
    what = "; ".join(said) or "its signals were well before, and are"
    alerts = facts["alerts"]
    gone = sorted({*facts["alerts_before"]} - {*(alerts or ())})
    still = f"; still firing: {', '.join(dict.fromkeys(alerts))}" if alerts else "; none of its alerts fires"
    firing = "" if alerts is None else (f"; {', '.join(gone)} fires no more" if gone else "") + still
    return f"{service} is {facts['verdict']} {minutes:.0f} min after {remedy}: {what}{firing}"


verify = Tool(
    "verify",
    "Did it help? Lets minutes pass and compares the service's golden signals before the latest action with those at "
    "the end: recovered, improving, unchanged or worse. Use it after an action or a merge, and again while it is "
    "improving; propose undo_action where it is worse. What was read before is old then: read it again.",
    Verify,
    _verify,
    moves=True,
    time_limit=_LONGEST * 60 + TIME_LIMIT,
)
