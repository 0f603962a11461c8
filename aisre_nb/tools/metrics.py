"""A service's golden signals, with what changed in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.onset import Change, change
from aisre_nb.analysis.shifts import shifts
from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult
from aisre_nb.tools.usual import USUAL, held, history

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.times import Window

_STEPS = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_POINTS = 240
NAMES = {
    "request_rate": "request rate",
    "error_rate": "5XX rate",
    "latency_p50": "p50 latency",
    "latency_p95": "p95 latency",
    "latency_p99": "p99 latency",
}
_WORSE = ("error_rate", "latency_p95", "latency_p99", "latency_p50")
LEAST = {"error_rate": 0.005, "latency_p50": 0.002, "latency_p95": 0.005, "latency_p99": 0.02}


class GetMetrics(Windowed):
    """Arguments of `get_metrics`."""

    service: str = Field(description="The service's exact name.")
    metric: str | None = Field(None, description="One metric by its own name instead of the golden signals.")
    history_days: int = Field(
        0, ge=0, le=28, description="Also hold the golden signals against the same time of so many days before."
    )


async def _get_metrics(context: ToolContext, arguments: GetMetrics) -> ToolResult:
    source = configured(context.sources.metrics, "metrics")
    window = arguments.window(context)
    step = step_for(window.duration.total_seconds())
    if arguments.metric:
        answer = await source.metric(arguments.metric, arguments.service, window, step)
    else:
        answer = await source.golden_signals(arguments.service, window, step)
    # A source widens it where its points are farther apart.
    step = int(answer.frame.attrs.get("step_seconds", step))
    if answer.frame.empty:
        raise SignalMissing(f"{arguments.service} has no metrics in this window", "look at get_services for names")
    changes = {
        str(signal): change(rows.set_index("time")["value"], LEAST.get(str(signal), 0.0))
        for signal, rows in answer.frame.groupby("signal", sort=False)
    }
    points = answer.frame.groupby("signal")["value"].count()
    ended = _ended(answer.frame, changes)
    units = {str(r.signal): str(r.unit) for r in answer.frame.drop_duplicates("signal").itertuples()}
    worse = {n: c for n, c in changes.items() if n in _WORSE and c.onset and c.direction == "up"}
    worst = next((name for name in _WORSE if name in worse), None)
    onsets = [c.onset for c in worse.values() if c.onset]
    facts: dict[str, Any] = {
        "service": arguments.service,
        "step_seconds": step,
        "signals": {name: fact(c, units[name], step, int(points[name])) for name, c in changes.items()},
        "onset": rfc3339(changes[worst].onset or min(onsets)) if worst else None,
        "worst": worst,
        "ended": ended,
        "deployments": await _deployments(context, window),
    }
    what = arguments.metric or "request rate, 5XX rate, latency"
    said = _said(arguments.service, changes, units, arguments.metric is not None) + _passed(ended, units)
    query, notes = answer.query, answer.notes
    if arguments.history_days and not arguments.metric:
        past = await history(source, arguments.service, window, arguments.history_days)
        facts["usual"] = held(answer.frame, past.frame) if past else {}
        said += _beside(facts["usual"], units)
        query = f"{query}\n\n{past.query}" if past else query
        if not facts["usual"]:
            notes = (*notes, f"nothing is kept of the {arguments.history_days} days before")
    return ToolResult(
        "metrics",
        f"{arguments.service}: {what}",
        said,
        answer.frame,
        facts,
        answer.source,
        query,
        window,
        link=answer.link,
        notes=notes,
    )


def step_for(seconds: float) -> int:
    """A round step that gives at most 240 points."""
    return next((s for s in _STEPS if seconds / s <= _POINTS), _STEPS[-1])


def fact(found: Change, unit: str, step: int, points: int) -> dict[str, Any]:
    """A change as JSON."""

    def number(value: float | None) -> float | None:
        return None if value is None or value != value else float(f"{value:.6g}")

    return {
        "unit": unit,
        "before": number(found.before),
        "after": number(found.after),
        "peak": number(found.peak),
        "onset": rfc3339(found.onset) if found.onset else None,
        "onset_by": rfc3339(found.onset + timedelta(seconds=step)) if found.onset else None,
        "confidence": round(found.confidence, 3),
        "direction": found.direction,
        "ratio": number(found.ratio),
        "points": points,
    }


def _ended(frame: pd.DataFrame, changes: dict[str, Change]) -> list[dict[str, Any]]:
    """What was worse for a while and is no longer, of the signals that did not change for good."""
    return [
        {
            "signal": name,
            "start": rfc3339(shift.start),
            "end": rfc3339(shift.end),
            "before": float(f"{shift.before:.6g}"),
            "level": float(f"{shift.level:.6g}"),
            "confidence": round(shift.confidence, 3),
        }
        for name in _WORSE
        if name in changes and changes[name].onset is None
        for shift in shifts(frame[frame["signal"] == name].set_index("time")["value"], LEAST.get(name, 0.0))
        if shift.up and shift.end is not None
    ]


def _passed(ended: list[dict[str, Any]], units: dict[str, str]) -> str:
    told = [
        f"; {NAMES[e['signal']]} was {shown(e['level'], units[e['signal']])} from {e['start'][11:16]} to "
        f"{e['end'][11:16]} UTC, and is back"
        for e in ended[:2]
    ]
    return "".join(told)


def _beside(usual: dict[str, dict[str, Any]], units: dict[str, str]) -> str:
    """What is out of the ordinary for the time, the farthest first; or that nothing is."""
    if not usual:
        return ""
    off = sorted(
        (n for n in usual if n in NAMES and abs(usual[n]["score"]) >= USUAL), key=lambda n: -abs(usual[n]["score"])
    )
    if not off:
        return "; all of it is usual for this time"
    told = [
        f"{NAMES[n]} {shown(usual[n]['now'], units[n])}, usually {shown(usual[n]['usual'], units[n])}" for n in off[:3]
    ]
    return f"; unusual for this time: {', '.join(told)}"


def _said(service: str, changes: dict[str, Change], units: dict[str, str], by_name: bool) -> str:
    """The golden signals in words; ``by_name``: whatever there is, as it is called."""
    moved, still = [], []
    for name, c in changes.items():
        if name not in NAMES and not by_name:
            continue
        called = NAMES.get(name, name)
        if c.onset is None:
            still.append(called)
            continue
        times = f" (×{c.ratio:.3g})" if c.ratio and c.ratio > 1 else ""
        verb = "jumped" if c.direction == "up" else "fell"
        unit = units[name]
        levels = f"from {shown(c.before, unit)} to {shown(c.after, unit)}{times}"
        moved.append(f"{called} {verb} {levels} at {c.onset:%H:%M} UTC")
    if not moved:
        return f"{service}: nothing changed in this window"
    return "; ".join(moved) + (f"; {', '.join(still)} flat" if still else "")


def shown(value: float, unit: str) -> str:
    """A value as a person writes it."""
    if unit in ("1", "ratio", "share"):
        # A gauge without a unit counts something; a share is never far above 1.
        return f"{value:.2%}" if abs(value) <= 1.5 else f"{value:.4g}"
    if unit == "s":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:.3g} {unit}".strip()


async def _deployments(context: ToolContext, window: Window) -> list[dict[str, Any]]:
    """The deployments in the window, to be marked in the plot; without them the plot is still a plot."""
    found: list[dict[str, Any]] = []
    for source in context.sources.changes:
        try:
            frame: pd.DataFrame = (await source.changes(window)).frame
        except AisreError:
            continue
        for row in frame[frame["kind"] == "deployment"].to_dict("records"):
            entry = {
                "time": rfc3339(row["time"]),
                "service": row["service"],
                "title": row["title"],
                "from": row["from"],
                "to": row["to"],
            }
            if not any(
                (e["service"], e["from"], e["to"]) == (entry["service"], entry["from"], entry["to"]) for e in found
            ):
                found.append(entry)
    return found


get_metrics = Tool(
    "get_metrics",
    "A service's golden signals over time: request rate, 5XX rate, latency p50/p95/p99 and saturation, with what "
    "changed, when, and by how much. Use it to find the onset, and to rule a service out.",
    GetMetrics,
    _get_metrics,
    estimates=True,
)
