"""Every series at once."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.telemetry_folder import TelemetryFolder


async def test_gauges_are_levels_counters_are_rates_and_a_node_owns_what_has_no_service(telemetry: Any) -> None:
    counter = {"IsMonotonic": True, "AggregationTemporality": 2}
    telemetry.table(
        "otel_metrics_sum",
        [telemetry.gauge(15 * n, "jobs_total", 30.0 * n, Attributes={"queue": "a"}, **counter) for n in range(41)],
    )
    node = {"ServiceName": "", "ResourceAttributes": {"k8s.node.name": "node-1"}}
    telemetry.table(
        "otel_metrics_gauge",
        [telemetry.gauge(15 * n, "depth", 4.0) for n in range(40)]
        + [telemetry.gauge(15 * n, "cpu", 0.5, **node) for n in range(40)],
    )
    folder = TelemetryFolder(telemetry.folder)
    frame = (await folder.all_series(telemetry.window(0, 600), 60)).frame
    await folder.close()
    assert list(frame.columns) == ["time", "service", "metric", "labels", "value", "unit"]
    levels = frame.groupby(["service", "metric", "labels"])["value"].max().to_dict()
    assert levels == {
        ("node-1", "cpu", ""): 0.5,
        ("shelf", "depth", ""): 4.0,
        ("shelf", "jobs_total", "queue=a"): pytest.approx(2.0),
    }


async def test_without_any_metric_it_is_a_gap(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(0, "hello")])
    folder = TelemetryFolder(telemetry.folder)
    with pytest.raises(SignalMissing):
        await folder.all_series(telemetry.window(0, 600), 60)
    await folder.close()
