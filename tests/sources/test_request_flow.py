"""Operations and calls before and since an instant, from spans on disk."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.sources.telemetry_folder import TelemetryFolder

MS = 1_000_000


@pytest.fixture
async def source(telemetry: Any) -> Any:
    """Twenty requests, one every ten seconds; from the tenth on the shelf's database takes 80 ms instead of 5."""
    rows = []
    for n in range(20):
        store = 80 if n >= 10 else 5
        trace, bad = {"TraceId": f"t{n}"}, n == 19
        resource = {"cloud.availability_zone": "za" if n % 2 else "zb", "k8s.pod.name": "p1"}
        rows += [
            telemetry.span(n * 10, SpanId="r", ServiceName="door", SpanName="GET /", Duration=(store + 20) * MS,
                           SpanAttributes={"user.kind": "bot" if n >= 10 else "person"}, ResourceAttributes=resource,
                           StatusCode="Error" if bad else "Unset", **trace),
            telemetry.span(n * 10, SpanId="c", ParentSpanId="r", ServiceName="door", SpanName="GET /x",
                           SpanKind="Client", Duration=(store + 12) * MS, ResourceAttributes=resource,
                           StatusCode="Error" if bad else "Unset", **trace),
            telemetry.span(n * 10, SpanId="s", ParentSpanId="c", SpanName="GET /x", Duration=(store + 10) * MS,
                           ResourceAttributes={"cloud.availability_zone": "za"}, **trace),
            telemetry.span(n * 10, SpanId="d", ParentSpanId="s", SpanName="SELECT", SpanKind="Client",
                           Duration=store * MS, SpanAttributes={"db.system.name": "store"}, **trace),
        ]  # fmt: skip
    telemetry.table("otel_traces", rows)
    folder = TelemetryFolder(telemetry.folder)
    yield folder
    await folder.close()


async def test_own_time_is_what_calls_do_not_account_for(source: Any, telemetry: Any) -> None:
    frame = (await source.flow(telemetry.window(0, 300), telemetry.at(100))).frame
    told = {(r.service, r.peer, r.late): r for r in frame.itertuples()}
    assert (told["shelf", "", False].own_ms, told["shelf", "", True].own_ms) == (10, 10)
    assert (told["shelf", "", False].mean_ms, told["shelf", "", True].mean_ms) == (15, 90)
    assert told["door", "", True].own_ms == pytest.approx(8)
    store = told["shelf", "store", True]
    assert (store.within, store.operation, store.mean_ms, store.answered) == ("GET /x", "SELECT", 80, 0)


async def test_a_call_is_split_in_what_answered_it_and_the_way(source: Any, telemetry: Any) -> None:
    frame = (await source.flow(telemetry.window(0, 300), telemetry.at(100))).frame
    call = frame[(frame["service"] == "door") & (frame["peer"] == "shelf") & frame["late"]].iloc[0]
    assert (call["own_ms"], call["peer_ms"], call["answered"]) == (2, 90, 10)
    assert (call["failed"], call["own_failed"]) == (1, 1), "the shelf's span did not fail"


async def test_values_of_bad_good_and_former_requests(source: Any, telemetry: Any) -> None:
    answer = await source.attribute_values("door", telemetry.window(0, 300), telemetry.at(100), [], "latency")
    told = {(r.key, r.value): (r.bad, r.good, r.before) for r in answer.frame.itertuples()}
    assert told["user.kind", "bot"] == (10, 0, 0) and told["user.kind", "person"] == (0, 0, 10)
    assert told["k8s.pod.name", "p1"] == (10, 0, 10)
    failed = await source.attribute_values("door", telemetry.window(0, 300), telemetry.at(100), ["GET /"], "errors")
    assert failed.frame["of_bad"].max() == 1


async def test_between_places_leaves_out_what_the_answer_waited_for(source: Any, telemetry: Any) -> None:
    frame = (await source.between_places(telemetry.window(0, 300), telemetry.at(100), "zone")).frame
    assert {(r.caller, r.callee, r.late): r.own_ms for r in frame.itertuples()} == {
        ("za", "za", False): 12, ("za", "za", True): 12, ("zb", "za", False): 12, ("zb", "za", True): 12,
    }  # fmt: skip
    none = (await source.between_places(telemetry.window(0, 300), telemetry.at(100), "node")).frame
    assert none.empty
