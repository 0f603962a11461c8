"""What the ranking of services looks at: both sides of an onset, from every source that has something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aisre_nb.errors import AisreError, ToolError
from aisre_nb.times import Window, instant, rfc3339, window
from aisre_nb.tools.tool import ToolContext

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.base import Answer

_SPANS = 100_000
_RECORDS = 50_000
"""Of each side, before and since the onset, as many are looked at."""
_AROUND = timedelta(minutes=10)
"""A baseline is told in the steps of somebody's metrics: what lies just ahead of it belongs to it."""
_LEAST_BEFORE = timedelta(hours=1)
_LAST_PART = 0.25
"""Where nothing tells the onset, what is compared is the last quarter of the window."""
_FINE, _COARSE = 60, 300
"""Seconds of a step of metrics."""
_SHORT = timedelta(hours=12)


@dataclass
class Looked:
    """What was asked of the sources, and what could not be had."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    traced: bool = False
    """The log records are those of the traces that were sampled."""

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


async def sides(context: ToolContext, asked: Window | None, told: str | None, looked: Looked) -> tuple[Window, Window]:
    """The time before it began, and the time since.

    ``asked``: the window, where one was named; else the reported one, else the usual one. ``told``: the onset.
    Raises `ToolError` where the onset is not before the end.
    """
    reported = context.sources.reported
    whole = asked or reported.window or window(None, None, context.now, context.default_since)
    if told:
        onset = instant(told, context.now)
    elif whole == reported.window:
        onset = whole.start
    else:
        found = await _begun(context, whole)
        onset = found or whole.end - _LAST_PART * whole.duration
        why = "requests or lines of trouble rose then" if found else "nothing tells, so that is the window's last part"
        looked.gaps.append(f"nobody told when it began; taken is {rfc3339(onset)}: {why}")
    if onset >= whole.end:
        raise ToolError(f"the onset {rfc3339(onset)} is not before the window's end {rfc3339(whole.end)}", "name both")
    start = min(whole.start, onset - max(_LEAST_BEFORE, 2 * (whole.end - onset)))
    if reported.baseline and reported.baseline.end <= onset:
        start = min(start, reported.baseline.start - _AROUND)
    return Window(start, onset), Window(onset, whole.end)


async def _begun(context: ToolContext, whole: Window) -> datetime | None:
    from aisre_nb.analysis.traces.begun import begun
    from aisre_nb.analysis.traces.visits import visits

    traces, logs = context.sources.traces, context.sources.logs
    try:
        spans = (await traces.span_sample(whole, _SPANS)).frame if traces else None
    except AisreError:
        spans = None
    try:
        lines = (await logs.log_sample(whole, _RECORDS)).frame if logs else None
    except AisreError:
        lines = None
    if spans is None:
        return None
    return await asyncio.to_thread(lambda: begun(visits(spans), lines, whole.start, whole.end))


async def ask(context: ToolContext, before: Window, now: Window, looked: Looked) -> None:
    """Of each side log records, and the spans of the same traces: a visit whose lines were left out would miss them."""
    both = (before, now)
    spanning = getattr(context.sources.traces, "span_sample", None)
    logging = getattr(context.sources.logs, "log_sample", None)
    lines = await _tried("logs", logging, both, looked, _RECORDS)
    looked.traced = _is_traced(lines or ())
    parts = [_part(one) for one in lines] if lines and looked.traced else [1.0, 1.0]
    spans = await _tried("spans", spanning, both, looked, _SPANS, parts)
    fewer = [_part(one) for one in spans] if spans else parts
    if lines and looked.traced and fewer != parts:
        lines = await _tried("logs", logging, both, looked, _RECORDS, fewer)
    for name, answers in (("spans", spans), ("logs", lines)):
        if answers:
            looked.take(name, *answers)


async def _tried(
    name: str,
    ask: Callable[[Window, int, float], Awaitable[Answer]] | None,
    sides: tuple[Window, Window],
    looked: Looked,
    limit: int,
    parts: Sequence[float] = (1.0, 1.0),
) -> list[Answer] | None:
    if ask is None:
        looked.gaps.append(f"no source has {name}: they were not compared")
        return None
    try:
        return [await ask(side, limit, part) for side, part in zip(sides, parts, strict=True)]
    except AisreError as error:
        looked.gaps.append(f"{name}: {error}")
        return None


def _is_traced(lines: Sequence[Answer]) -> bool:
    """Most records know their trace."""
    return sum(int((one.frame["trace_id"] != "").sum()) for one in lines) * 2 > sum(len(one.frame) for one in lines)


def _part(answer: Answer) -> float:
    return float(answer.frame.attrs.get("part", 1.0))


async def measure(context: ToolContext, usual: Window, now: Window, looked: Looked) -> None:
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
