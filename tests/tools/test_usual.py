"""What happens every day at this hour is told from what does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aisre_nb.sources.base import Answer
from aisre_nb.tools.metrics import get_metrics


@pytest.fixture
def days(fake: Any, context: Any) -> Any:
    """Nine days of latency that is slow at noon each day; the source answers for the window that it is asked for."""
    times = pd.date_range(context.now - timedelta(days=9), context.now, freq="5min")
    noise = np.random.default_rng(5).normal(1, 0.03, len(times))
    hour = np.asarray(times.hour) + np.asarray(times.minute) / 60
    slow = np.where((hour >= 11) & (hour < 14), 0.45, 0.1)
    frame = pd.DataFrame({"time": times, "service": "web", "signal": "latency_p95", "value": slow * noise, "unit": "s"})

    async def golden_signals(service: str, window: Any, step: int) -> Answer:
        fake.asked.append(("golden_signals", (service, window, step)))
        within = (frame["time"] >= window.start) & (frame["time"] < window.end + timedelta(seconds=1))
        return Answer(frame[within].reset_index(drop=True), f"query from {window.start:%d}", "fake")

    fake.golden_signals = golden_signals
    return frame


async def test_a_rise_of_every_day_is_usual(days: Any, context: Any) -> None:
    result = await get_metrics.handler(context, get_metrics.arguments(service="web", since="4h ago", history_days=8))
    assert result.facts["worst"] == "latency_p95" and "usual for this time" in result.summary
    assert "unusual" not in result.summary
    assert result.facts["usual"]["latency_p95"]["by"] == "day"
    assert result.query.count("query from") == 2


async def test_the_same_rise_twice_as_high_is_not(days: Any, context: Any) -> None:
    late = days["time"] > context.now - timedelta(minutes=30)
    days.loc[late, "value"] *= 2
    result = await get_metrics.handler(context, get_metrics.arguments(service="web", since="4h ago", history_days=8))
    assert "unusual for this time: p95 latency" in result.summary and ", usually 4" in result.summary
    assert result.facts["usual"]["latency_p95"]["score"] > 4


async def test_without_a_history_that_is_a_note(days: Any, context: Any, fake: Any) -> None:
    days.loc[days["time"] < context.now - timedelta(hours=4), "time"] = context.now + timedelta(days=1)
    result = await get_metrics.handler(context, get_metrics.arguments(service="web", since="4h ago", history_days=7))
    assert result.notes == ("nothing is kept of the 7 days before",) and result.facts["usual"] == {}
    asked = [window.duration for name, (_, window, _) in fake.asked if name == "golden_signals"]
    assert asked == [timedelta(hours=4), timedelta(days=7)]
