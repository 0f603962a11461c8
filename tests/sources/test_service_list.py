from __future__ import annotations

import json
from typing import Any

import pytest

from aisre_nb.sources.telemetry_folder import TelemetryFolder


async def test_each_service_with_its_requests_and_signals(telemetry: Any) -> None:
    points = [
        {
            "TimeUnix": telemetry.at(15 * n), "ServiceName": "shelf", "MetricName": "http.server.request.duration",
            "Attributes": {"http.response.status_code": status}, "Count": n * size, "Sum": 0.0,
            "BucketCounts": [n * size, 0, 0], "ExplicitBounds": [0.1, 0.2], "AggregationTemporality": 2,
        }
        for n in range(41)
        for status, size in (("200", 9), ("502", 1))
    ]  # fmt: skip
    telemetry.table("otel_metrics_histogram", points)
    telemetry.table("otel_traces", [telemetry.span(s, SpanId=str(s), ServiceName="lamp") for s in range(0, 600, 6)])
    telemetry.table("otel_logs", [telemetry.log(1, "x"), telemetry.log(2, "y", ServiceName="mute")])
    source = TelemetryFolder(telemetry.folder)
    frame = (await source.services(telemetry.window(0, 600))).frame.set_index("service")
    assert frame["signals"].to_dict() == {"lamp": "traces", "mute": "logs", "shelf": "metrics, logs"}
    assert frame.loc["shelf", "requests"] == 390
    assert frame.loc["shelf", "error_rate"] == pytest.approx(0.1)
    assert frame.loc["shelf", "p95_ms"] == pytest.approx(95)
    assert frame.loc["lamp", ["requests", "errors"]].tolist() == [100, 0]
    assert frame.loc["lamp", "p95_ms"] == pytest.approx(10)
    assert frame.loc["mute"].isna()["requests"]
    await source.close()


async def test_without_spans_the_call_graph_is_the_topology_files(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    (telemetry.folder / "topology.json").write_text(json.dumps([{"caller": "door", "callee": "shelf"}]))
    source = TelemetryFolder(telemetry.folder)
    answer = await source.calls(telemetry.window(0, 60))
    assert answer.frame[["caller", "callee"]].values.tolist() == [["door", "shelf"]]
    assert answer.frame["calls"].isna().all()
    assert any("topology.json" in note for note in answer.notes)
    await source.close()


async def test_where_no_span_tells_who_calls_whom_the_topology_does(telemetry: Any) -> None:
    telemetry.table("otel_traces", [telemetry.span(1)])
    (telemetry.folder / "topology.json").write_text(json.dumps([{"caller": "door", "callee": "shelf"}]))
    source = TelemetryFolder(telemetry.folder)
    answer = await source.calls(telemetry.window(0, 60))
    assert answer.frame[["caller", "callee"]].values.tolist() == [["door", "shelf"]]
    await source.close()


@pytest.mark.parametrize(
    "text", ["{", '"door"', "[1, null, {}]", '[{"caller": "", "callee": "x"}]', "[[]]", "[" * 9999]
)
async def test_a_topology_that_cannot_be_read_is_a_note(telemetry: Any, text: str) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    (telemetry.folder / "topology.json").write_text(text)
    source = TelemetryFolder(telemetry.folder)
    answer = await source.calls(telemetry.window(0, 60))
    assert answer.frame.empty
    assert list(answer.frame.columns) == ["caller", "callee", "calls", "errors", "p95_ms"]
    assert any("topology.json" in note and "cannot be read" in note for note in answer.notes)
    await source.close()


async def test_edges_that_can_be_read_are_kept_once(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    edge = {"caller": "door", "callee": "shelf"}
    (telemetry.folder / "topology.json").write_text(json.dumps([edge, edge, {"caller": 3, "callee": "shelf"}]))
    source = TelemetryFolder(telemetry.folder)
    answer = await source.calls(telemetry.window(0, 60))
    assert answer.frame[["caller", "callee"]].values.tolist() == [["door", "shelf"]]
    await source.close()
