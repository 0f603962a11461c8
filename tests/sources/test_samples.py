"""Whole traces and their records, as many as are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.telemetry_folder import TelemetryFolder


def _write(telemetry: Any, traces: int = 200) -> TelemetryFolder:
    spans, logs = [], []
    for n in range(traces):
        for part in ("a", "b", "c"):
            spans.append(telemetry.span(n, TraceId=f"t{n}", SpanId=f"s{n}{part}", SpanName=f"GET /{part}"))
            logs.append(telemetry.log(n, f"line {n}", TraceId=f"t{n}", SpanId=f"s{n}{part}", SeverityText="WARNING"))
    logs += [telemetry.log(n, "no trace") for n in range(traces)]
    telemetry.table("otel_traces", spans)
    telemetry.table("otel_logs", logs)
    return TelemetryFolder(telemetry.folder)


async def test_all_come_where_they_are_few(telemetry: Any) -> None:
    folder = _write(telemetry)
    window = telemetry.window(0, 1000)
    spans, logs = await folder.span_sample(window, 1000), await folder.log_sample(window, 1000)
    assert len(spans.frame) == 600 and (spans.total, spans.frame.attrs["part"]) == (600, 1.0) and spans.notes == ()
    row = spans.frame.iloc[0]
    assert (row["trace_id"], row["service"], row["operation"], row["duration_ms"]) == ("t0", "shelf", "GET /a", 10.0)
    assert len(logs.frame) == 800 and set(logs.frame["severity"]) == {"warn", "info"}
    await folder.close()


async def test_of_many_whole_traces_come_and_the_records_of_the_same_traces(telemetry: Any) -> None:
    folder = _write(telemetry)
    window = telemetry.window(0, 1000)
    spans = await folder.span_sample(window, 150)
    part = spans.frame.attrs["part"]
    logs = (await folder.log_sample(window, 10_000, part)).frame
    assert part == 0.25 and 60 < len(spans.frame) < 300
    assert (spans.frame.groupby("trace_id").size() == 3).all()
    traced = logs[logs["trace_id"] != ""]
    assert set(traced["trace_id"]) == set(spans.frame["trace_id"])
    # What belongs to no trace is dealt out as well.
    assert 10 < len(logs) - len(traced) < 120
    same = (await folder.span_sample(window, 10_000, part)).frame
    assert set(same["trace_id"]) == set(spans.frame["trace_id"])
    assert "of 600 spans those of a 25.00% sample" in spans.notes[0]
    await folder.close()


async def test_an_empty_window_is_an_empty_frame_and_a_missing_table_a_missing_signal(telemetry: Any) -> None:
    folder = _write(telemetry, 3)
    assert (await folder.span_sample(telemetry.window(5000, 6000), 10)).frame.empty
    await folder.close()
    (telemetry.folder / "otel_logs.parquet").unlink()
    folder = TelemetryFolder(telemetry.folder)
    with pytest.raises(SignalMissing, match="otel_logs"):
        await folder.log_sample(telemetry.window(0, 10), 10)
    await folder.close()
