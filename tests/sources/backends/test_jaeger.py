"""Jaeger: whole traces of one service after another, microseconds, and its envelope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.jaeger.spans import spans

from .conftest import Opened
from .jaeger_server import JaegerServer
from .rows import span, window
from .web import Said


def _shelf() -> list[dict[str, Any]]:
    """A request a second for 200 s that calls the lamp; every tenth second the lamp works of its own accord."""
    rows = []
    for n in range(200):
        failed = {"StatusCode": "Error", "StatusMessage": "no stock"} if n % 50 == 7 else {}
        top = span(n, n + 1, **failed)
        call = span(n + 0.001, n + 1, 2, SpanKind="Client", ParentSpanId=top["SpanId"], SpanName="GET /lamp")
        lamp = span(n + 0.002, n + 1, 3, ServiceName="lamp", ParentSpanId=call["SpanId"], Duration=5_000_000)
        rows += [top, call, lamp]
        if n % 10 == 0:
            rows.append(span(n + 0.5, 5000 + n, ServiceName="lamp", SpanName="sweep", SpanKind="Internal"))
    return rows


@pytest.fixture(scope="module")
def shelf() -> Iterator[JaegerServer]:
    made = JaegerServer(_shelf(), "/select/jaeger")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _well(shelf: JaegerServer) -> Iterator[None]:
    yield
    shelf.broken = None


async def test_a_search_that_is_cut_is_asked_again_in_halves(opened: Opened, shelf: JaegerServer) -> None:
    source = opened("jaeger", f"{shelf.url}/select/jaeger", limit=10)
    answer = await source.traces("shelf", window(0, 200), limit=1000)
    assert answer.total == 200 and answer.notes == () and "SELECT" not in answer.query
    first = next(call for call in shelf.calls if call.path.endswith("/api/traces"))
    assert (first.one("service"), first.one("limit"), len(first.one("start"))) == ("shelf", "10", 16)
    edge = await opened("jaeger", f"{shelf.url}/select/jaeger").traces("shelf", window(10, 20))
    # Both ends are included there, and the end is not here.
    assert edge.total == 10


async def test_all_services_are_those_that_nobody_calls_and_what_others_do_of_their_own(
    opened: Opened, shelf: JaegerServer
) -> None:
    source = opened("jaeger", f"{shelf.url}/select/jaeger")
    before = len(shelf.calls)
    sample = await source.span_sample(window(0, 200), 100_000)
    assert len(sample.frame) == 620 and (sample.frame["operation"] == "sweep").sum() == 20
    asked = [call.one("service") for call in shelf.calls[before:] if call.path.endswith("/api/traces")]
    assert asked[:8] == ["shelf"] * 8 and asked[8:12] == ["lamp"] * 4


async def test_of_too_many_traces_some_are_read_and_failing_ones_are_asked_for(
    opened: Opened, shelf: JaegerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = opened("jaeger", f"{shelf.url}/select/jaeger", limit=10)
    source._options = source._options.model_copy(update={"max_rows": 100})
    some = await source.operations("shelf", window(0, 200))
    assert some.notes == ("of shelf some traces were read, in 8 pieces of the window not all that there are",)
    assert some.frame["requests"].sum() == 80
    failing = await source.traces("shelf", window(0, 200), status="error")
    assert failing.total == 4 and failing.notes == () and 'tags={"error":"true"}' in failing.query
    assert set(failing.frame["message"]) == {"no stock"}


async def test_its_own_pages_are_linked(opened: Opened, shelf: JaegerServer) -> None:
    source = opened("jaeger", f"{shelf.url}/select/jaeger")
    found = await source.trace("1")
    assert found.link == f"{shelf.url}/select/jaeger/trace/1" and len(found.frame) == 3
    link = (await source.traces("shelf", window(0, 20))).link
    assert link and link.startswith(f"{shelf.url}/select/jaeger/search?service=shelf&start=1795428000000000&end=")
    assert (await source.health()).detail == "traces of 2 services"


async def test_an_envelope_with_an_error_and_one_that_is_none(opened: Opened, shelf: JaegerServer) -> None:
    source = opened("jaeger", f"{shelf.url}/select/jaeger")
    found = await source.trace("abc")
    assert found.frame.empty and found.notes[0].startswith("no span has the trace id")
    with pytest.raises(ToolError, match="is no trace id"):
        await source.trace("x/../y")
    errors = [{"code": 500, "msg": "plugin storage: cassandra is away"}]
    shelf.broken = Said({"data": None, "errors": errors}, 500)
    with pytest.raises(SourceUnreachable, match="cassandra is away"):
        await source.traces("shelf", window(0, 10))
    # Some storages answer 200 and say it within.
    shelf.broken = Said({"data": None, "errors": errors})
    with pytest.raises(SourceUnreachable, match="cassandra is away"):
        await source.traces("shelf", window(0, 10))
    shelf.broken = Said({"hello": 1})
    with pytest.raises(SourceUnreachable, match="something else than Jaeger"):
        await source.health()
    shelf.broken = Said({"data": [{"spans": [{"spanID": "x"}, 5, None]}, "y"], "errors": None})
    assert (await source.traces("shelf", window(0, 10))).frame.empty


def test_a_span_knows_its_parent_by_its_references() -> None:
    def parent(**more: Any) -> str:
        bare = {"traceID": "a1", "spanID": "b", "operationName": "x", "startTime": 5, "duration": 7, "processID": "p1"}
        told = {"spans": [{**bare, **more}], "processes": {"p1": {"serviceName": "shelf", "tags": None}}}
        (found,) = spans(told)
        assert (found.start, found.duration, found.service) == (5000, 7000, "shelf")
        return found.parent_span_id.lstrip("0")

    of = [{"refType": "FOLLOWS_FROM", "traceID": "a1", "spanID": "1"}]
    assert parent(references=[]) == "" and parent(parentSpanID="9") == "9" and parent(references=of) == "1"
    assert parent(references=[*of, {"refType": "CHILD_OF", "traceID": "00a1", "spanID": "2"}]) == "2"
    # A reference into another trace is a link, and no parent.
    assert parent(references=[{"refType": "CHILD_OF", "traceID": "ff", "spanID": "2"}]) == ""
