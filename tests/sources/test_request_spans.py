from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.sources.telemetry_folder import TelemetryFolder


@pytest.fixture
async def source(telemetry: Any) -> Any:
    """Ten requests that a door passes on to the shelf; the last three fail there."""
    rows = []
    for n in range(10):
        trace = {"TraceId": f"t{n}"}
        bad = n >= 7
        status = {"http.response.status_code": "500" if bad else "200"}
        rows.append(
            telemetry.span(n * 10, SpanId="r", ServiceName="door", SpanName="GET /", SpanAttributes=status, **trace)
        )
        rows.append(
            telemetry.span(n * 10 + 1, SpanId="c", ParentSpanId="r", ServiceName="door", SpanKind="Client", **trace)
        )
        rows.append(
            telemetry.span(
                n * 10 + 2, SpanId="s", ParentSpanId="c", SpanName="GET", Duration=(n + 1) * 1_000_000,
                SpanAttributes={"http.request.method": "GET", "http.route": "/x", **status},
                StatusCode="Error" if bad else "Unset", StatusMessage="boom" if bad else "", **trace,
            )
        )  # fmt: skip
        rows.append(
            telemetry.span(
                n * 10 + 3,
                SpanId="d",
                ParentSpanId="s",
                SpanKind="Client",
                SpanAttributes={"db.system": "redis"},
                **trace,
            )
        )
    telemetry.table("otel_traces", rows)
    folder = TelemetryFolder(telemetry.folder)
    yield folder
    await folder.close()


async def test_failing_requests_newest_first_with_their_roots(source: Any, telemetry: Any) -> None:
    answer = await source.traces("shelf", telemetry.window(0, 200), status="error", limit=2)
    frame = answer.frame
    assert frame["trace_id"].tolist() == ["t9", "t8"]
    assert answer.total == 3
    assert frame.iloc[0].to_dict() | {"start": None} == {
        "trace_id": "t9", "span_id": "s", "start": None, "service": "shelf", "operation": "GET /x",
        "duration_ms": 10.0, "status_code": 500, "error": True, "message": "boom", "root_service": "door",
        "root_operation": "GET /", "spans": 4,
    }  # fmt: skip


async def test_healthy_requests_of_one_operation(source: Any, telemetry: Any) -> None:
    answer = await source.traces("shelf", telemetry.window(0, 200), status="ok", operation="GET /x")
    assert answer.total == 7
    assert not answer.frame["error"].any()
    none = await source.traces("shelf", telemetry.window(0, 200), operation="GET /y")
    assert none.total == 0
    assert list(none.frame.columns) == list(answer.frame.columns)


async def test_a_service_without_spans_is_empty_and_noted(source: Any, telemetry: Any) -> None:
    answer = await source.traces("nobody", telemetry.window(0, 200))
    assert answer.frame.empty
    assert "'nobody'" in answer.notes[0]


async def test_operations_count_requests_and_errors(source: Any, telemetry: Any) -> None:
    frame = (await source.operations("shelf", telemetry.window(0, 200))).frame
    row = frame.iloc[0]
    assert (row["operation"], row["requests"], row["errors"], row["error_rate"]) == ("GET /x", 10, 3, 0.3)
    assert row["p50_ms"] == pytest.approx(5.5)


async def test_a_whole_trace_by_start(source: Any) -> None:
    frame = (await source.trace("t8")).frame
    assert frame["span_id"].tolist() == ["r", "c", "s", "d"]
    assert frame["parent_span_id"].tolist() == ["", "r", "c", "s"]
    assert frame["error"].tolist() == [True, False, True, False]
    assert frame["attributes"].iloc[3] == {"db.system": "redis"}


async def test_an_unknown_trace_is_empty_and_noted(source: Any) -> None:
    answer = await source.trace("nothing' OR '1'='1")
    assert answer.frame.empty
    assert "no span has the trace id" in answer.notes[0]


async def test_calls_between_services_and_to_what_has_no_spans(source: Any, telemetry: Any) -> None:
    frame = (await source.calls(telemetry.window(0, 200))).frame
    assert frame[["caller", "callee", "calls", "errors"]].values.tolist() == [
        ["door", "shelf", 10, 3],
        ["shelf", "redis", 10, 0],
    ]
