"""Of all series, those that moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.movers import movers

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
COLUMNS = ["time", "service", "metric", "labels", "value", "unit"]


def frame(*series: tuple[str, str, str, list[float]]) -> pd.DataFrame:
    rows = [
        (START + timedelta(minutes=n), service, metric, labels, value, "1")
        for service, metric, labels, values in series
        for n, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).assign(time=lambda f: pd.to_datetime(f["time"], utc=True))


def step(before: float, after: float) -> list[float]:
    return [before + 0.01 * (n % 3) for n in range(40)] + [after + 0.01 * (n % 3) for n in range(20)]


@pytest.mark.parametrize(
    ("metric", "labels", "before", "after", "hurts"),
    [
        ("http.server.request.duration.count", "http.response.status_code=404", 0, 3, "refused requests"),
        ("http_requests_total", 'code="503"', 0, 3, "failed requests"),
        ("k8s.container.restarts", "", 0, 4, "restarts"),
        ("kube_deployment_status_replicas_unavailable", "", 0, 2, "pods are missing"),
        ("k8s.deployment.available", "", 4, 2, "pods are missing"),
        ("kafka_consumer_group_lag", "", 1, 900, "work waits"),
        ("redis.keyspace.hit_ratio", "", 0.9, 0.2, "cache misses"),
        ("system.filesystem.utilization", "", 0.5, 0.99, "full"),
        ("system.filesystem.utilization", "", 0.3, 0.5, ""),
        ("redis.keyspace.hit_ratio", "", 0.2, 0.9, ""),
        ("kafka_consumer_group_lag", "", 900, 1, ""),
        ("http_requests_total", 'code="200"', 10, 30, ""),
        ("process.memory.usage", "", 10, 30, ""),
    ],
)
def test_whether_a_movement_hurts_is_told_by_what_the_name_says(
    metric: str, labels: str, before: float, after: float, hurts: str
) -> None:
    found = movers(frame(("a", metric, labels, step(before, after))))
    assert list(found["hurts"]) == [hurts]
    assert found["onset"][0] == START + timedelta(minutes=40)
    assert found["before"][0] == pytest.approx(before, abs=0.05) and found["after"][0] == pytest.approx(after, abs=0.05)


def test_what_hurts_comes_first_and_what_stayed_is_not_there() -> None:
    found = movers(
        frame(
            ("a", "process.memory.usage", "", step(10, 300)),
            ("b", "queue.depth", "", step(0, 50)),
            ("c", "queue.depth", "", step(5, 5)),
        )
    )
    assert list(found["service"]) == ["b", "a"]


def test_few_points_gaps_and_nothing_are_no_movement() -> None:
    assert movers(pd.DataFrame(columns=COLUMNS)).empty
    assert movers(frame(("a", "queue.depth", "", [0, 900]))).empty
    assert movers(frame(("a", "queue.depth", "", [float("nan")] * 60))).empty


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), max_size=30), st.text(max_size=30))
def test_no_series_and_no_name_breaks_it(values: list[float], name: str) -> None:
    assert len(movers(frame(("a", name, name, values)))) <= 1
