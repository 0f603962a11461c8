"""Loki: pages, labels, severities, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, SourceUnreachable, ToolError
from aisre_nb.sources.estimate import estimated
from aisre_nb.sources.open import open_sources

from .conftest import Opened
from .loki_server import LokiServer
from .rows import log, ns, window
from .web import Call, Said


@pytest.fixture(scope="module")
def shelf() -> Iterator[LokiServer]:
    """A line a second for 900 s; 250 of them at one instant; one that fails, long ago."""
    rows = [log(n, f"line {n}", TraceId=f"{n:032x}") for n in range(900)]
    rows += [log(300.5, f"burst {n}") for n in range(250)]
    rows += [log(5.25, "it broke: TimeoutError", SeverityText="ERROR", SeverityNumber=17, TraceId="ab" * 16)]
    made = LokiServer(rows, most=100)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _well(shelf: LokiServer) -> Iterator[None]:
    yield
    shelf.broken = None


@pytest.fixture
def source(opened: Opened, shelf: LokiServer) -> Any:
    return opened("loki", shelf.url, entries=100)


async def test_all_lines_come_page_by_page_whose_ends_are_not_included(source: Any, shelf: LokiServer) -> None:
    answer = await source.logs("shelf", window(400, 900))
    assert list(answer.frame["body"]) == [f"line {n}" for n in range(400, 900)] and answer.notes == ()
    pages = answer.query.split("\n\n")
    # A page of a hundred leaves its oldest instant to the next one.
    assert len([page for page in pages if "/query_range?" in page]) == 6
    assert pages[-1].startswith('GET /loki/api/v1/query_range?query={service_name="shelf"}&start=1795428400000000000&')
    edge = await source.logs("shelf", window(410, 420))
    assert list(edge.frame["body"]) == [f"line {n}" for n in range(410, 420)]


async def test_more_of_one_instant_than_an_answer_holds_is_told(source: Any, shelf: LokiServer) -> None:
    answer = await source.logs("shelf", window(290, 310))
    assert len(answer.frame) == 20 + 100
    assert answer.notes == ("1 times more than 100 lines are of one instant: some of them are missing",)


async def test_of_too_many_the_newest_are_here_the_rest_is_counted_and_what_is_sought_is_asked_for(
    source: Any,
) -> None:
    source._options = source._options.model_copy(update={"max_rows": 300})
    all_ = window(0, 900)
    answer = await source.logs("shelf", all_)
    assert answer.total == 1151 and answer.frame["body"].iloc[-1] == "line 899" and 300 <= len(answer.frame) < 400
    assert answer.notes[-1].startswith("of 1,151 records the newest 3")
    for more in ({"severity": "error"}, {"contains": "timeouterror"}, {"trace_id": "ab" * 16}):
        found = await source.logs("shelf", all_, **more)
        assert list(found.frame["body"]) == ["it broke: TimeoutError"], more
        assert found.total == 1
    sample = await source.log_sample(all_, 10_000)
    # Pieces of the window each have their share.
    minutes = sample.frame["time"].dt.floor("3min").value_counts()
    assert len(minutes) == 5 and minutes.min() > 20 and sample.total == 1151


async def test_a_service_that_is_not_there_is_told_with_those_that_are(source: Any, shelf: LokiServer) -> None:
    answer = await source.logs("shelve", window(0, 900))
    assert answer.frame.empty and answer.notes[0].endswith("; there are shelf")


async def test_severity_and_trace_come_from_wherever_they_stand(opened: Opened) -> None:
    trace, span = "00" * 8 + "12" * 8, "34" * 8
    lines: Sequence[tuple[str, dict[str, str], Any]] = (
        ("plain", {"app": "lamp", "level": "warning"}, {}),
        (json.dumps({"msg": "x", "severity": "ERROR", "trace_id": trace}), {"app": "lamp"}, {}),
        (f'level=error msg="a b" traceID=x trace_id={trace} span_id={span}', {"app": "lamp"}, {}),
        ("meta", {"app": "lamp"}, {"structuredMetadata": {"trace_id": "12" * 8, "http_route": "/x"}, "parsed": {}}),
        ("older", {"app": "lamp"}, {"detected_level": "fatal", "trace_id": trace}),
        (json.dumps({"log": {"level": "info"}, "trace": {"id": trace}}), {"app": "lamp"}, {"structuredMetadata": {}}),
        ("it is an ERROR, says nobody", {"app": "lamp", "level": "unknown"}, {}),
    )  # fmt: skip
    server = LokiServer([log(1, "x")])
    values = [{"stream": labels, "values": [[str(ns(n)), line, *([more] if more else [])]]}
              for n, (line, labels, more) in enumerate(lines)]  # fmt: skip
    answers = {
        "/loki/api/v1/labels": ["app", "level"], "/loki/api/v1/label/app/values": ["lamp"],
        "/loki/api/v1/query_range": {"resultType": "streams", "result": [*values, {"stream": None, "values": [["x"]]}]},
    }  # fmt: skip
    server.respond = lambda call: Said({"status": "success", "data": answers[call.path]})  # type: ignore[method-assign]
    source = opened("loki", server.url)
    frame = (await source.logs("lamp", window(0, 60))).frame
    assert list(frame["severity"]) == ["warn", "error", "error", "", "fatal", "info", ""]
    assert list(frame["trace_id"]) == ["", trace, trace, trace, trace, trace, ""] and frame["span_id"][2] == span
    assert frame["attributes"][3] == {"http.route": "/x"} and set(frame["service"]) == {"lamp"}
    server.close()


async def test_what_loki_says_of_a_wrong_query_is_told(source: Any, shelf: LokiServer) -> None:
    with pytest.raises(ToolError, match="parse error at line 1, col 25: syntax error"):
        await source.ask('{service_name="shelf"} | json_ |', window(0, 60), 10)
    with pytest.raises(ToolError, match="max entries limit per query exceeded"):
        await source.ask('{service_name="shelf"}', window(0, 60), 500)
    shelf.broken = Said({"status": "success", "data": ["cart"]})
    with pytest.raises(SourceUnreachable, match="something else than streams"):
        await source.ask('{service_name="shelf"}', window(0, 60), 10)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "empty"), ("errors of cart", "selects no streams"), ('{app="x}', "not closed"), ("{}", "does not match"),
        ('{app=~".*"}', "does not match everything"), ('{app="x"} |= "a" )', "closes nothing"),
        ('sum(rate({app="x"}[5m])', "not closed"), ('{app="x", level}', "is no matcher"), ("{a" * 3000, "longer"),
    ],
)  # fmt: skip
async def test_a_query_that_is_none_is_not_sent(source: Any, shelf: LokiServer, query: str, why: str) -> None:
    before = len(shelf.calls)
    with pytest.raises(ToolError, match=why):
        await source.ask(query, window(0, 60), 10)
    assert len(shelf.calls) == before


async def test_lines_and_series_of_a_query(source: Any, shelf: LokiServer) -> None:
    lines = await source.ask('{service_name="shelf"} |~ "line 1[0-9]$"', window(0, 60), 3)
    assert list(lines.frame["body"]) == ["line 19", "line 18", "line 17"]
    assert lines.notes == ("the newest 3 lines are here; there may be more",)
    text = 'sum by (detected_level) (count_over_time({service_name="shelf"}[60s]))'
    series = await source.ask(text, window(60, 240), 100, 60)
    assert list(series.frame.columns) == ["time", "service", "signal", "value", "unit"]
    assert list(series.frame["value"]) == [1.0, 60.0, 60.0, 60.0, 60.0]
    assert set(series.frame["signal"]) == {"detected_level=info", "detected_level=error"}


async def test_a_link_leads_to_grafana_and_the_house_may_have_its_own(opened: Opened, shelf: LokiServer) -> None:
    source = opened("loki", shelf.url, link="https://grafana.example", datasource="loki-1")
    answer = await source.logs("shelf", window(0, 20))
    assert answer.link and answer.link.startswith("https://grafana.example/explore?schemaVersion=1&panes=%7B%22a%22")
    assert "loki-1" in answer.link and "service_name" in answer.link
    source = opened("loki", shelf.url, link="https://logs.example/?s={service}&from={start_ms}")
    found = (await source.logs("shelf", window(0, 20))).link
    assert found == "https://logs.example/?s=shelf&from=1795428000000"


async def test_what_it_would_cost_is_told_and_nothing_is_sent(source: Any, shelf: LokiServer) -> None:
    before = len(shelf.calls)
    told = await estimated(source.logs("shelf", window(0, 20)))
    assert told and told.query.startswith("GET /loki/api/v1/query_range?query={service_name=")
    assert "at most 100,000 lines in 1000 requests to shop (127.0.0.1:" in told.cost and len(shelf.calls) == before
    await source.logs("shelf", window(0, 20))
    again = await estimated(source.logs("shelf", window(5, 15), severity="error"))
    assert again and "was read a moment ago" in again.cost


async def test_the_tenant_and_who_asks_go_with_each_request(opened: Opened, shelf: LokiServer) -> None:
    source = opened("loki", shelf.url, tenant="a|b", token_env="T", environ={"T": "tiger-lily"})
    health = await source.health()
    assert health.ok and "tiger-lily" not in health.detail
    call: Call = shelf.calls[-1]
    assert call.headers["X-Scope-OrgID"] == "a|b" and call.headers["Authorization"] == "Bearer tiger-lily"
    shelf.broken = Said("no org id\n", 401, "text/plain")
    with pytest.raises(SourceUnreachable, match="does not know who asks") as caught:
        await source.logs("shelf", window(0, 20))
    assert "tiger-lily" not in str(caught.value)


def test_what_the_settings_say_is_checked() -> None:
    for wrong in ({"service_label": 'a"b'}, {"entries": 0}, {"max_rows": 5_000_000}, {"app": "x"}):
        with pytest.raises(ConfigurationError, match=r"\[sources.logs\]"):
            open_sources({"logs": {"type": "loki", "url": "http://x", **wrong}}, Path(), {})
