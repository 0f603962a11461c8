"""Whether what a signal does now is usual at this time of the day or week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.usual import unusual
from aisre_nb.errors import AisreError
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.base import Answer, MetricSource

_STEP = 300
"""Seconds of one bucket of the history: twelve an hour are enough to tell an hour from another."""
_NOW = timedelta(minutes=15)
"""The end of the window that counts as now."""
USUAL = 4.0
"""Robust deviations from what is usual, below which nothing is out of the ordinary."""


async def history(source: MetricSource, service: str, window: Window, days: int) -> Answer | None:
    """The golden signals of the days before the window; None where nothing was kept of them."""
    past = Window(window.start - timedelta(days=days), window.start)
    try:
        answer = await source.golden_signals(service, past, _STEP)
    except AisreError:
        return None
    return None if answer.frame.empty else answer


def held(frame: pd.DataFrame, past: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By signal: ``by`` (day, week, level), ``usual``, ``now`` (both medians of the last 15 minutes), ``score``.

    ``frame``, ``past``: as `MetricSource.golden_signals` gives them.
    """
    found: dict[str, dict[str, Any]] = {}
    for signal, rows in frame.groupby("signal", sort=False):
        before = past[past["signal"] == signal].set_index("time")["value"].sort_index()
        series = rows.set_index("time")["value"].sort_index()
        judged = unusual(series, before)
        last = judged.frame[judged.frame.index > series.index[-1] - _NOW].dropna()
        if judged.by == "nothing" or last.empty:
            continue
        numbers = {"usual": last["usual"].median(), "now": last["value"].median(), "score": last["score"].median()}
        found[str(signal)] = {"by": judged.by, **{k: float(f"{v:.4g}") for k, v in numbers.items()}}
    return found
