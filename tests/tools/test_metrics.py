"""What jumped, when, and by how much."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.tools.metrics import get_metrics, shown, step_for


def _signal(ago: Any, signal: str, unit: str, before: float, after: float) -> pd.DataFrame:
    values = [before * (1 + n % 3 / 50) for n in range(180)] + [after * (1 + n % 3 / 50) for n in range(60)]
    rows = [{"time": ago(120 - n / 2), "service": "web", "signal": signal, "value": v} for n, v in enumerate(values)]
    return pd.DataFrame(rows).assign(unit=unit)


async def test_the_signal_that_got_worse_gives_the_onset(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = pd.concat(
        [_signal(ago, "request_rate", "1/s", 20, 20), _signal(ago, "error_rate", "1", 0.01, 0.2)]
    )
    result = await get_metrics.handler(context, get_metrics.arguments(service="web"))
    assert (result.facts["worst"], result.facts["onset"]) == ("error_rate", "2026-03-01T11:30:00Z")
    assert result.facts["signals"]["error_rate"]["direction"] == "up"
    assert result.facts["signals"]["request_rate"]["onset"] is None
    assert "5XX rate jumped from 1.02% to 20.40%" in result.summary and "request rate flat" in result.summary


async def test_a_fall_of_errors_is_no_onset(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signal(ago, "error_rate", "1", 0.2, 0.01)
    result = await get_metrics.handler(context, get_metrics.arguments(service="web"))
    assert result.facts["onset"] is None and result.facts["worst"] is None
    assert result.facts["signals"]["error_rate"]["direction"] == "down"


async def test_one_metric_that_moved_is_said_by_its_own_name(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["metric"] = _signal(ago, "queue.depth", "{item}", 10, 400)
    result = await get_metrics.handler(context, get_metrics.arguments(service="web", metric="queue.depth"))
    assert fake.asked[0][0] == "metric" and "queue.depth jumped from 10.2 {item} to 408 {item}" in result.summary


async def test_deployments_of_the_window_come_along_once(fake: Any, other: Any, ago: Any, with_changes: Any) -> None:
    row = {"time": ago(40), "kind": "deployment", "service": "web", "title": "web 2", "from": "1", "to": "2"}
    fake.frames |= {
        "golden_signals": _signal(ago, "error_rate", "1", 0.01, 0.2),
        "changes": pd.DataFrame([row, {**row, "kind": "flag"}]),
    }
    other.frames["changes"] = pd.DataFrame([row])
    result = await get_metrics.handler(with_changes(fake, other), get_metrics.arguments(service="web"))
    assert [d["to"] for d in result.facts["deployments"]] == ["2"]


async def test_no_points_are_a_missing_signal(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signal(ago, "error_rate", "1", 0, 0).head(0)
    with pytest.raises(SignalMissing, match="web has no metrics"):
        await get_metrics.handler(context, get_metrics.arguments(service="web"))


@pytest.mark.parametrize("seconds", [60, 7200, 86_400, 30 * 86_400])
def test_a_step_gives_at_most_240_points(seconds: int) -> None:
    assert seconds / step_for(seconds) <= 240


def test_values_are_written_for_people() -> None:
    assert [shown(0.123, "1"), shown(0.25, "s"), shown(2.5, "s"), shown(3.0, "By")] == [
        "12.30%",
        "250 ms",
        "2.50 s",
        "3 By",
    ]


async def test_what_was_bad_for_a_while_and_is_over_is_said_with_its_end(context: Any, fake: Any, ago: Any) -> None:
    values = [0.01 + (0.2 if 100 <= n < 130 else 0) + n % 3 / 5000 for n in range(240)]
    rows = [
        {"time": ago(120 - n / 2), "service": "web", "signal": "error_rate", "value": v} for n, v in enumerate(values)
    ]
    fake.frames["golden_signals"] = pd.DataFrame(rows).assign(unit="1")
    result = await get_metrics.handler(context, get_metrics.arguments(service="web"))
    assert result.facts["onset"] is None
    (ended,) = result.facts["ended"]
    assert (ended["start"], ended["end"]) == ("2026-03-01T10:50:00Z", "2026-03-01T11:05:00Z")
    assert "5XX rate was 21.02% from 10:50 to 11:05 UTC, and is back" in result.summary
