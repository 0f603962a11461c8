"""Tempo: searches in pieces, traces by id in both versions, samples, and TraceQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.estimate import estimated
from aisre_nb.sources.mirror.otlp import digits
from aisre_nb.sources.mirror.sliced import Clock
from aisre_nb.sources.sources import Sources
from aisre_nb.sources.tempo import reading
from aisre_nb.times import rfc3339
from aisre_nb.tools.flow import follow_calls
from aisre_nb.tools.tool import ToolContext
from aisre_nb.tools.traces import get_traces

from .conftest import Opened
from .rows import at, span, window
from .tempo_server import TempoServer
from .web import Said


def _shelf() -> list[dict[str, Any]]:
    """A request a second for 300 s, one of 30 fails; each calls the lamp."""
    rows = []
    for n in range(300):
        failed = {"StatusCode": "Error", "StatusMessage": "no stock"} if n % 30 == 7 else {}
        status = {"http.response.status_code": "500" if failed else "200"}
        top = span(n, n + 1, SpanAttributes=status, **failed)
        call = span(n + 0.001, n + 1, 2, SpanKind="Client", ParentSpanId=top["SpanId"], SpanName="GET /lamp")
        lamp = span(n + 0.002, n + 1, 3, ServiceName="lamp", ParentSpanId=call["SpanId"], Duration=5_000_000)
        rows += [top, call, lamp]
    return rows


@pytest.fixture(scope="module")
def shelf() -> Iterator[TempoServer]:
    made = TempoServer(_shelf())
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _well(shelf: TempoServer) -> Iterator[None]:
    yield
    shelf.broken = None


@pytest.fixture
def source(opened: Opened, shelf: TempoServer) -> Any:
    return opened("tempo", shelf.url)


async def test_a_search_that_is_cut_is_asked_again_in_halves(
    source: Any, shelf: TempoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGE", 25)
    before = len(shelf.calls)
    answer = await source.traces("shelf", window(0, 300), limit=1000)
    assert answer.total == len(answer.frame) == 300 and answer.notes == ()
    limits = [call.one("limit") for call in shelf.calls[before:] if call.path == "/api/search"]
    # Eight pieces of 38 s, their halves of 19 s.
    assert len(limits) == 24 and set(limits) == {"25"}
    assert "… and 304 more requests like these" in answer.query


async def test_of_too_many_traces_a_part_is_read_and_failing_ones_are_asked_for(
    opened: Opened, shelf: TempoServer
) -> None:
    source = opened("tempo", shelf.url, max_traces=60)
    some = await source.operations("shelf", window(0, 300))
    assert 30 < some.frame["requests"].sum() < 100
    (note,) = some.notes
    assert note.startswith("of 300 traces ") and note.endswith("chosen by their ids: max_traces is 60")
    failing = await source.traces("shelf", window(0, 300), status="error")
    assert failing.total == 10 and set(failing.frame["message"]) == {"no stock"} and failing.notes == ()
    assert "status=error || span.http.response.status_code>=500" in failing.query
    context = ToolContext(Sources(traces=source), window(0, 300).end, {})
    for tool, given in (
        (get_traces, {"since": "5m"}),
        (follow_calls, {"onset": rfc3339(at(150)), "since": rfc3339(at(0))}),
    ):
        result = await tool.handler(context, tool.arguments.model_validate({"service": "shelf", **given}))
        # What was not looked at becomes a gap of the report.
        assert note in result.notes, tool.name
    sample = await source.span_sample(window(0, 300), 10_000)
    assert 0.1 < sample.frame.attrs["part"] < 0.3 and 700 < sample.total < 1200
    assert sample.frame.groupby("trace_id").size().eq(3).all()


async def test_a_slow_one_is_read_for_some_time_and_no_longer(
    opened: Opened, shelf: TempoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(shelf.calls)

    def over(clock: Clock) -> bool:
        return sum("traces/" in call.path for call in shelf.calls[before:]) > 50

    monkeypatch.setattr(Clock, "is_over", property(over))
    answer = await opened("tempo", shelf.url, max_seconds=7).operations("shelf", window(0, 300))
    assert answer.notes[0].endswith("chosen by their ids: 7 s were over (max_seconds)")
    assert 55 < answer.frame["requests"].sum() <= 65


async def test_an_older_version_without_v2_gives_the_same(opened: Opened) -> None:
    server = TempoServer(_shelf()[:30], v2=False)
    source = opened("tempo", server.url)
    answer = await source.traces("shelf", window(0, 300))
    assert answer.total == 10
    # Only the first trace asks in vain.
    assert sum(call.path.startswith("/api/v2/traces/") for call in server.calls) == 1
    assert len((await source.trace("1")).frame) == 3
    server.close()


async def test_a_trace_is_read_once_for_two_questions_and_anew_by_its_id(source: Any, shelf: TempoServer) -> None:
    await source.operations("shelf", window(0, 100))
    before = len(shelf.calls)
    assert (await source.traces("shelf", window(50, 150))).total == 100
    assert sum("/api/v2/traces/" in call.path for call in shelf.calls[before:]) == 50
    before = len(shelf.calls)
    found = await source.trace("000000000000000000000000000000a")
    assert list(found.frame["service"]) == ["shelf", "shelf", "lamp"] and len(shelf.calls) == before + 1
    assert found.frame["trace_id"][0] == f"{10:032x}" and list(found.frame["kind"]) == ["Server", "Client", "Server"]


async def test_a_trace_that_is_not_there_and_an_id_that_is_none(source: Any, shelf: TempoServer) -> None:
    found = await source.trace("abc")
    assert found.frame.empty and found.notes == ("no span has the trace id '00000000000000000000000000000abc'",)
    before = len(shelf.calls)
    with pytest.raises(ToolError, match="is no trace id"):
        await source.trace("../../admin")
    assert len(shelf.calls) == before


async def test_traces_and_series_of_a_query(source: Any) -> None:
    found = await source.ask('{resource.service.name="lamp" && duration>1ms}', window(0, 10), 5)
    assert len(found.frame) == 5 and found.notes[0].startswith("5 traces are here")
    assert set(found.frame["root_service"]) == {"shelf"} and set(found.frame["matched"]) == {1}
    assert found.frame["trace_id"].str.len().eq(32).all()
    series = await source.ask("{status=error} | count_over_time() by (resource.service.name)", window(0, 300), 5, 300)
    assert list(series.frame["value"]) == [10.0] and list(series.frame["service"]) == ["shelf"]
    assert "&step=300s" in series.query


async def test_what_tempo_says_of_a_wrong_query_is_told(source: Any, shelf: TempoServer) -> None:
    with pytest.raises(ToolError, match="invalid TraceQL query: parse error: unexpected stautus"):
        await source.ask("{stautus=error}", window(0, 10), 5)
    before = len(shelf.calls)
    for wrong in ("", "status=error", "{status=error", '{name="x}', "{}" * 3000):
        with pytest.raises(ToolError):
            await source.ask(wrong, window(0, 10), 5)
    assert len(shelf.calls) == before
    shelf.broken = Said({"traces": "x"})
    with pytest.raises(SourceUnreachable, match="something else than traces"):
        await source.traces("shelf", window(0, 10))
    shelf.broken = Said("unauthorized\n", 401, "text/plain")
    with pytest.raises(SourceUnreachable, match="does not know who asks"):
        await source.trace("1")


async def test_some_traces_that_cannot_be_read_are_a_note(opened: Opened) -> None:
    server = TempoServer(_shelf()[:30])
    respond = server.respond
    sick = [f"{n:x}" for n in (3, 4)]
    server.respond = lambda call: (  # type: ignore[method-assign]
        Said("", 500) if call.path.rsplit("/", 1)[-1] in sick else respond(call)
    )
    answer = await opened("tempo", server.url).traces("shelf", window(0, 10))
    assert answer.total == 8 and answer.notes == ("2 of 10 traces could not be read",)
    server.close()


async def test_what_it_would_cost_is_told_and_nothing_is_sent(opened: Opened, shelf: TempoServer) -> None:
    source = opened("tempo", shelf.url, link="https://grafana.example", datasource="tempo-1")
    before = len(shelf.calls)
    told = await estimated(source.flow(window(0, 300), window(0, 300).start))
    assert told and told.query.startswith("GET /api/search?q={}&start=") and "2,000 traces" in told.cost
    assert len(shelf.calls) == before
    link = (await source.trace("1")).link
    assert link and link.startswith("https://grafana.example/explore?") and "tempo-1" in link
    assert (await source.health()).detail == "traces of the last hour from 2 services"


def test_ids_come_in_base64_and_in_digits() -> None:
    assert digits("W47/95gDgQPSabYzgT/HAA==", 32) == "5b8efff798038103d269b633813fc700"
    assert digits("5b8efff798038103d269b633813fc700", 32) == "5b8efff798038103d269b633813fc700"
    assert digits("ABEiM0RVZnc=", 16) == "0011223344556677" and digits("0011223344556677", 16) == "0011223344556677"
    assert digits(None, 16) == "" and digits("=" * 12, 16) == "=" * 12
