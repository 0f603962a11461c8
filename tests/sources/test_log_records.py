from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.telemetry_folder import TelemetryFolder


@pytest.fixture
async def source(telemetry: Any) -> Any:
    telemetry.table(
        "otel_traces",
        [
            telemetry.span(1, TraceId="t1", SpanId="a", SpanName="GET /x"),
            telemetry.span(1, TraceId="t1", SpanId="a2", ParentSpanId="a", SpanName="query", SpanKind="Internal"),
            telemetry.span(2, TraceId="t1", SpanId="b", SpanName="GET /y"),
        ],
    )
    telemetry.table(
        "otel_logs",
        [
            telemetry.log(1, "of the span", TraceId="t1", SpanId="a"),
            telemetry.log(2, "of its child", TraceId="t1", SpanId="a2", SeverityText="Warning"),
            telemetry.log(3, "of another operation", TraceId="t1", SpanId="b", SeverityText="ERROR"),
            telemetry.log(4, "by its route", LogAttributes={"http.route": "/x", "exception.message": "Disk FULL"}),
            telemetry.log(5, "Traceback (most recent call last): 100% of_it", SeverityText=""),
            telemetry.log(6, "all is well", SeverityText=""),
            telemetry.log(7, "number alone", SeverityText="", SeverityNumber=21),
            telemetry.log(8, "somebody else's", ServiceName="lamp", SeverityText="FATAL"),
        ],
    )
    folder = TelemetryFolder(telemetry.folder)
    yield folder
    await folder.close()


async def bodies(source: Any, telemetry: Any, **which: Any) -> list[str]:
    return (await source.logs("shelf", telemetry.window(0, 60), **which)).frame["body"].tolist()


async def test_a_severity_brings_it_and_the_worse_ones(source: Any, telemetry: Any) -> None:
    assert await bodies(source, telemetry, severity="warn") == [
        "of its child", "of another operation", "Traceback (most recent call last): 100% of_it", "number alone",
    ]  # fmt: skip
    assert await bodies(source, telemetry, severity="FATAL") == ["number alone"]


async def test_severities_come_by_one_name_each(source: Any, telemetry: Any) -> None:
    frame = (await source.logs("shelf", telemetry.window(0, 60), severity="warning")).frame
    assert frame["severity"].tolist()[:2] == ["warn", "error"]


async def test_an_unknown_severity_is_refused_with_those_there_are(source: Any, telemetry: Any) -> None:
    with pytest.raises(ToolError, match="trace, debug, info"):
        await bodies(source, telemetry, severity="loud")


async def test_an_operation_is_matched_by_span_by_its_child_and_by_attribute(source: Any, telemetry: Any) -> None:
    assert await bodies(source, telemetry, operation="GET /x") == ["of the span", "of its child", "by its route"]
    assert await bodies(source, telemetry, operation="GET /y") == ["of another operation"]


async def test_without_spans_an_operation_is_matched_by_attribute_and_that_is_noted(
    source: Any, telemetry: Any
) -> None:
    (telemetry.folder / "otel_traces.parquet").unlink()
    bare = TelemetryFolder(telemetry.folder)
    answer = await bare.logs("shelf", telemetry.window(0, 60), operation="GET /x")
    assert answer.frame["body"].tolist() == ["by its route"]
    assert any("attributes alone" in note for note in answer.notes)
    await bare.close()


@pytest.mark.parametrize(("text", "count"), [("disk full", 1), ("100% OF_IT", 1), ("%", 1), ("'; DROP", 0)])
async def test_contains_is_plain_text_in_any_case(source: Any, telemetry: Any, text: str, count: int) -> None:
    assert len(await bodies(source, telemetry, contains=text)) == count


async def test_of_too_many_the_newest_are_kept_in_the_order_of_time(source: Any, telemetry: Any) -> None:
    answer = await source.logs("shelf", telemetry.window(0, 60), limit=2)
    assert answer.frame["body"].tolist() == ["all is well", "number alone"]
    assert answer.total == 7
    assert answer.notes


async def test_a_trace_s_records(source: Any, telemetry: Any) -> None:
    assert len(await bodies(source, telemetry, trace_id="t1")) == 3
