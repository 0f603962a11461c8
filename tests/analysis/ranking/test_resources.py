"""Signs of a cause in what is used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from aisre_nb.analysis.ranking.resources import resource_signs
from aisre_nb.times import Window

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)
BEFORE = Window(ONSET - timedelta(minutes=60), ONSET)
NOW = Window(ONSET, ONSET + timedelta(minutes=3))


def _frame(metric: str, usual: float, now: float, unit: str = "", service: str = "cart") -> pd.DataFrame:
    times = [ONSET + timedelta(minutes=m) for m in range(-60, 3)]
    values = [usual * (1 + m % 5 / 50) if m < 60 else now for m in range(63)]
    return pd.DataFrame(
        {"time": times, "service": service, "metric": metric, "labels": "", "value": values, "unit": unit}
    )


def test_a_processor_that_is_used_up_is_told_and_one_that_doubled_from_little_is_not() -> None:
    frame = pd.concat([_frame("CpuUsageRate", 2, 99, "%"), _frame("CpuUsageRate", 1, 4, "%", "mail")])
    signs = resource_signs(frame, NOW, BEFORE)
    assert (signs[0].service, signs[0].kind, signs[0].now) == ("cart", "resource", 0.99)
    assert signs[0].strength > 10 and signs[1].strength < 0.5
    assert signs[0].says == "CpuUsageRate of cart reached 99% of its capacity, 2% before"


def test_shares_from_nought_to_one_and_percentages_count_alike() -> None:
    one = resource_signs(_frame("k8s.pod.cpu.utilization", 0.1, 0.9), NOW, BEFORE)
    hundred = resource_signs(_frame("cpu_used_percent", 10, 90), NOW, BEFORE)
    assert round(one[0].strength, 6) == round(hundred[0].strength, 6) > 0
    percent = resource_signs(_frame("process.cpu.utilization", 10, 90), NOW, BEFORE)
    assert round(percent[0].strength, 6) == round(one[0].strength, 6)
    assert resource_signs(_frame("process.cpu.utilization", 90, 10), NOW, BEFORE) == []


def test_what_is_no_share_of_a_capacity_tells_nothing() -> None:
    for metric, unit in (("process.cpu.time", "s"), ("SuccessRate", "%"), ("memory.usage", "By"), ("orders", "")):
        assert resource_signs(_frame(metric, 10, 90, unit), NOW, BEFORE) == []


def test_few_points_and_gaps_are_no_sign() -> None:
    frame = _frame("CpuUsageRate", 2, 99, "%")
    assert resource_signs(frame.tail(6), NOW, BEFORE) == []
    assert resource_signs(frame.assign(value=float("nan")), NOW, BEFORE) == []
    assert resource_signs(frame.head(0), NOW, BEFORE) == []
