from __future__ import annotations

import asyncio
import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aisre_nb.errors import ConfigurationError, SignalMissing, SourceUnreachable
from aisre_nb.sources.telemetry_folder import TelemetryFolder


@pytest.fixture
def stocked(telemetry: Any) -> Any:
    telemetry.table("otel_metrics_gauge", [telemetry.gauge(s, "cpu", 0.5) for s in range(0, 600, 15)])
    telemetry.table("otel_traces", [telemetry.span(s, SpanId=str(s), TraceId=f"t{s}") for s in range(0, 600, 5)])
    telemetry.table("otel_logs", [telemetry.log(s, f"line {s}") for s in range(0, 600, 5)])
    return telemetry


async def test_health_says_what_is_held(stocked: Any) -> None:
    source = TelemetryFolder(stocked.folder)
    health = await source.health()
    assert health.ok
    assert health.detail == "10 min of metrics, traces, logs; 1 service"
    assert health.signals == ("metrics", "traces", "logs")
    await source.close()


async def test_a_missing_file_is_a_gap_that_names_it(stocked: Any) -> None:
    (stocked.folder / "otel_traces.parquet").unlink()
    source = TelemetryFolder(stocked.folder)
    with pytest.raises(SignalMissing, match=r"otel_traces\.parquet"):
        await source.traces("shelf", stocked.window(0, 600))
    with pytest.raises(SignalMissing, match=r"alerts\.json"):
        await source.alerts(stocked.at(600))
    with pytest.raises(SignalMissing, match=r"changes\.jsonl"):
        await source.changes(stocked.window(0, 600))
    assert len((await source.logs("shelf", stocked.window(0, 600))).frame) == 120
    await source.close()


async def test_a_broken_file_is_one_line_and_the_others_go_on(stocked: Any) -> None:
    (stocked.folder / "otel_traces.parquet").write_bytes(b"PAR1 this is no parquet file PAR1")
    source = TelemetryFolder(stocked.folder)
    with pytest.raises(SourceUnreachable) as caught:
        await source.traces("shelf", stocked.window(0, 600))
    assert "otel_traces.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len((await source.logs("shelf", stocked.window(0, 600))).frame) == 120
    health = await source.health()
    assert not health.ok
    assert "otel_traces.parquet" in health.detail
    await source.close()


async def test_a_file_that_breaks_in_the_middle_is_one_line(stocked: Any) -> None:
    path = stocked.folder / "otel_logs.parquet"
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4)
    path.write_bytes(data)
    source = TelemetryFolder(stocked.folder)
    with pytest.raises(SourceUnreachable) as caught:
        await source.logs("shelf", stocked.window(0, 600))
    assert "otel_logs.parquet" in str(caught.value)
    assert "\n" not in str(caught.value)
    await source.close()


async def test_a_folder_of_parts_is_one_table_and_a_broken_part_is_noted(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "first")], part="a")
    telemetry.table("otel_logs", [telemetry.log(2, "second", SeverityNumber=17)], part="b")
    (telemetry.folder / "otel_logs.parquet" / "c.parquet").write_bytes(b"nothing")
    source = TelemetryFolder(telemetry.folder)
    answer = await source.logs("shelf", telemetry.window(0, 60))
    assert answer.frame["body"].tolist() == ["first", "second"]
    assert any("c.parquet" in note for note in answer.notes)
    await source.close()


async def test_other_generations_of_the_tables_are_read(telemetry: Any) -> None:
    connection = duckdb.connect()
    path = telemetry.folder / "otel_traces.parquet"
    connection.execute(
        f"""COPY (SELECT TIMESTAMP '2026-11-23 10:00:30' AS "Timestamp", 't1' AS "TraceId", 's1' AS "SpanId",
            'GET /x' AS "SpanName", 'SPAN_KIND_SERVER' AS "SpanKind", 'shelf' AS "ServiceName", 5000000 AS "Duration",
            'STATUS_CODE_ERROR' AS "StatusCode", {{'http.route': '/x', 'http.status_code': '500'}} AS "SpanAttributes"
        ) TO '{path}' (FORMAT parquet)"""
    )
    source = TelemetryFolder(telemetry.folder)
    frame = (await source.traces("shelf", telemetry.window(0, 60), status="error")).frame
    assert frame["status_code"].tolist() == [500]
    assert frame["start"].iloc[0] == telemetry.at(30)
    await source.close()


async def test_names_with_quotes_and_patterns_are_plain_folders(telemetry: Any, tmp_path: Path) -> None:
    telemetry.folder = tmp_path / "it's [a] *case*"
    telemetry.folder.mkdir()
    telemetry.table("otel_logs", [telemetry.log(1, "here")])
    source = TelemetryFolder(telemetry.folder)
    assert len((await source.logs("shelf", telemetry.window(0, 60))).frame) == 1
    await source.close()


async def test_reads_run_side_by_side(stocked: Any) -> None:
    source = TelemetryFolder(stocked.folder)
    window = stocked.window(0, 600)
    answers = await asyncio.gather(
        *(source.logs("shelf", window) for _ in range(8)),
        *(source.traces("shelf", window) for _ in range(8)),
        *(source.golden_signals("shelf", window, 60) for _ in range(4)),
        source.services(window),
        source.calls(window),
    )
    assert [len(answer.frame) for answer in answers[:16]] == [120] * 8 + [50] * 8
    await source.close()


async def test_two_questions_are_in_the_engine_at_the_same_time(stocked: Any) -> None:
    source = TelemetryFolder(stocked.folder)
    both = threading.Barrier(2, timeout=10)
    await asyncio.gather(*(source._database.run(lambda reader: both.wait()) for _ in range(2)))
    await source.close()


async def test_a_cancelled_question_ends_at_once_and_the_loop_stays_free(stocked: Any) -> None:
    source = TelemetryFolder(stocked.folder)
    running = threading.Event()

    def long(reader: Any) -> Any:
        running.set()
        return reader.cursor.sql("SELECT count(*) FROM range(1000000000000) r WHERE r.range % 3 = 1").fetchall()

    task = asyncio.create_task(source._database.run(long))
    begun = time.monotonic()
    assert await asyncio.to_thread(running.wait, 10)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - begun < 5
    assert len((await source.logs("shelf", stocked.window(0, 600))).frame) == 120
    await source.close()


async def test_the_engine_reads_this_folder_and_nothing_else(stocked: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    source = TelemetryFolder(stocked.folder)
    for statement in (
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        f"ATTACH '{tmp_path / 'x.db'}'",
        "INSTALL httpfs",
    ):
        with pytest.raises(duckdb.Error):
            source._database.reader().cursor.execute(statement)
    assert not await asyncio.to_thread((tmp_path / "out.csv").exists)
    assert not await asyncio.to_thread((tmp_path / "x.db").exists)
    await source.close()


async def test_now_is_the_manifests(stocked: Any) -> None:
    (stocked.folder / "manifest.json").write_text(
        json.dumps({"now": "2026-11-23T10:05:00.443405336Z", "question": "Why?"})
    )
    source = TelemetryFolder(stocked.folder)
    assert source.now == stocked.at(300) + timedelta(microseconds=443405)
    assert source.question == "Why?"
    await source.close()


async def test_without_a_manifest_now_is_just_after_the_last_record(stocked: Any) -> None:
    source = TelemetryFolder(stocked.folder)
    assert stocked.at(595) < source.now <= stocked.at(595.01)
    assert source.question == ""
    await source.close()


async def test_a_broken_manifest_is_a_note(stocked: Any) -> None:
    (stocked.folder / "manifest.json").write_text("{")
    source = TelemetryFolder(stocked.folder)
    assert any("manifest.json" in note for note in source.notes)
    assert source.now is not None
    await source.close()


def test_no_such_folder_and_an_empty_one_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no folder"):
        TelemetryFolder(tmp_path / "nothing")
    with pytest.raises(SourceUnreachable, match="holds no telemetry"):
        TelemetryFolder(tmp_path)


async def test_parts_that_come_later_are_read_and_so_is_the_time(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "first")], part="a")
    manifest = telemetry.folder / "manifest.json"
    manifest.write_text(json.dumps({"now": "2026-11-23T10:01:00Z"}))
    source = TelemetryFolder(telemetry.folder)
    assert source.now == telemetry.at(60)
    assert len((await source.logs("shelf", telemetry.window(0, 600))).frame) == 1
    telemetry.table("otel_logs", [telemetry.log(90, "second")], part="b")
    telemetry.table("otel_traces", [telemetry.span(91, SpanId="1", TraceId="t")])
    manifest.write_text(json.dumps({"now": "2026-11-23T10:06:00Z"}))
    assert source.now == telemetry.at(360)
    assert (await source.logs("shelf", telemetry.window(0, 600))).frame["body"].tolist() == ["first", "second"]
    assert len((await source.traces("shelf", telemetry.window(0, 600))).frame) == 1
    await source.close()


async def test_a_table_that_is_written_again_is_read_again(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "first")])
    source = TelemetryFolder(telemetry.folder)
    assert len((await source.logs("shelf", telemetry.window(0, 600))).frame) == 1
    telemetry.table("otel_logs", [telemetry.log(1, "first"), telemetry.log(120, "later")])
    assert len((await source.logs("shelf", telemetry.window(0, 600))).frame) == 2
    assert source.now is not None and source.now > telemetry.at(120)
    await source.close()


async def test_a_table_that_is_a_link_is_read_where_it_leads_to(telemetry: Any, tmp_path: Path) -> None:
    stored = telemetry.table("otel_logs", [telemetry.log(n, "hello") for n in range(3)])
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "otel_logs.parquet").symlink_to(stored)
    folder = TelemetryFolder(linked)
    assert len((await folder.logs("shelf", telemetry.window(0, 60))).frame) == 3
    await folder.close()
