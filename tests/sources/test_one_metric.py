from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.telemetry_folder import TelemetryFolder


@pytest.fixture
async def source(telemetry: Any) -> Any:
    counter = {"IsMonotonic": True, "AggregationTemporality": 2}
    telemetry.table(
        "otel_metrics_sum",
        [telemetry.gauge(15 * n, "jobs_total", 30.0 * n, Attributes={"queue": "a"}, **counter) for n in range(41)]
        + [telemetry.gauge(15 * n, "pool.used", 7.0, **{**counter, "IsMonotonic": False}) for n in range(41)],
    )
    telemetry.table(
        "otel_metrics_gauge",
        [
            telemetry.gauge(15 * n, "depth", float(i), Attributes={"queue": q})
            for n in range(40)
            for i, q in enumerate("ab")
        ],
    )
    folder = TelemetryFolder(telemetry.folder)
    yield folder
    await folder.close()


async def test_each_set_of_labels_is_a_signal(source: Any, telemetry: Any) -> None:
    frame = (await source.metric("depth", "shelf", telemetry.window(0, 600), 60)).frame
    assert frame.groupby("signal")["value"].mean().to_dict() == {'depth{queue="a"}': 0.0, 'depth{queue="b"}': 1.0}


async def test_a_counter_is_a_rate_and_a_pool_a_level(source: Any, telemetry: Any) -> None:
    jobs = (await source.metric("jobs_total", None, telemetry.window(0, 600), 60)).frame
    assert jobs["value"].iloc[3] == pytest.approx(2.0)
    assert jobs["unit"].iloc[3] == "1/s"
    pool = (await source.metric("pool.used", "shelf", telemetry.window(0, 600), 60)).frame
    assert set(pool["value"]) == {7.0}


async def test_names_with_their_types(source: Any) -> None:
    frame = (await source.metric_names("shelf")).frame
    assert frame[["metric", "type", "points"]].values.tolist() == [
        ["depth", "gauge", 80],
        ["jobs_total", "sum", 41],
        ["pool.used", "sum", 41],
    ]


async def test_an_unknown_metric_is_a_gap(source: Any, telemetry: Any) -> None:
    with pytest.raises(SignalMissing, match="'nothing'"):
        await source.metric("nothing", "shelf", telemetry.window(0, 600), 60)
