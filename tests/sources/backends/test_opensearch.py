"""OpenSearch: pages, fields that are found, and queries that only select."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, SignalMissing, SourceUnreachable, ToolError
from aisre_nb.sources.estimate import estimated
from aisre_nb.sources.opensearch.dsl import clause

from .conftest import Opened, World
from .rows import at, window
from .web import Backend, Call, Said


def _index(url: str, name: str, mapping: dict[str, Any], documents: list[dict[str, Any]]) -> None:
    bulk = "".join(f'{{"index":{{}}}}\n{json.dumps(document)}\n' for document in documents)
    for method, path, body, kind in (
        ("PUT", f"/{name}", json.dumps({"mappings": {"properties": mapping}}), "application/json"),
        ("POST", f"/{name}/_bulk?refresh=true", bulk, "application/x-ndjson"),
    ):
        request = urllib.request.Request(url + path, body.encode(), {"Content-Type": kind}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert not json.load(answer).get("errors")


@pytest.fixture(scope="module")
def shelf(osmem: str) -> str:
    """Plain names and keywords: a line a second, and 150 within one millisecond."""
    keyword = {"type": "keyword"}
    mapping = {
        "timestamp": {"type": "date"}, "msg": keyword, "level": keyword, "traceId": keyword,
        "serviceName": {"type": "text", "fields": {"keyword": keyword}},
    }  # fmt: skip
    lines = [{"timestamp": at(n).isoformat(), "msg": f"line {n}", "level": "Info", "serviceName": "the-shelf",
              "shop": {"coupon": n % 2 == 0}} for n in range(600)]  # fmt: skip
    lines += [{"timestamp": at(100.5).isoformat(), "msg": f"burst {n}", "serviceName": "the-shelf"} for n in range(150)]
    lines.append({"timestamp": at(5.25).isoformat(), "msg": "it broke: TimeoutError", "level": "Error",
                  "serviceName": "the-shelf", "traceId": "ab" * 16})  # fmt: skip
    _index(osmem, "plain-1", mapping, lines)
    return osmem


@pytest.fixture
def source(opened: Opened, shelf: str) -> Any:
    return opened("opensearch", shelf, index="plain-*", page=100)


async def test_all_documents_come_page_by_page(source: Any) -> None:
    answer = await source.logs("the-shelf", window(200, 600))
    assert list(answer.frame["body"]) == [f"line {n}" for n in range(200, 600)] and answer.notes == ()
    assert answer.frame["attributes"][0] == {"shop.coupon": "true"} and set(answer.frame["severity"]) == {"info"}
    assert answer.query.count("POST /plain-*/_search\n") == 5 and '"search_after": [17954' in answer.query


async def test_more_of_one_instant_than_an_answer_holds_is_told(source: Any) -> None:
    answer = await source.logs("the-shelf", window(90, 110))
    assert len(answer.frame) == 20 + 100
    assert answer.notes == ("more than 100 records are of one instant: some of them are missing",)


async def test_of_too_many_the_newest_are_here_and_what_is_sought_is_asked_for(source: Any) -> None:
    source._options = source._options.model_copy(update={"max_rows": 200})
    all_ = window(0, 600)
    answer = await source.logs("the-shelf", all_)
    assert answer.total == 751 and answer.frame["body"].iloc[-1] == "line 599" and len(answer.frame) <= 300
    assert answer.notes[-1].startswith("of 751 records the newest ")
    for more in ({"severity": "error"}, {"contains": "timeouterror"}, {"trace_id": "ab" * 16}):
        found = await source.logs("the-shelf", all_, **more)
        assert list(found.frame["body"]) == ["it broke: TimeoutError"], more


async def test_a_query_counts_and_brings_records(source: Any) -> None:
    found = await source.ask('msg:"line 7" OR level:Error', window(0, 600), 10)
    assert found.total == 2 and list(found.frame["body"]) == ["line 7", "it broke: TimeoutError"]
    counted = await source.counts('{"exists": {"field": "level"}}', window(0, 600), "level", 10)
    assert counted.frame.to_dict("list") == {"value": ["Info", "Error"], "count": [600, 1]} and counted.total == 601
    with pytest.raises(ToolError, match="Failed to parse query"):
        await source.ask("level:[", window(0, 600), 10)


@pytest.mark.parametrize(
    "query",
    [
        '{"script": {"script": "1"}}', '{"bool": {"filter": [{"script_score": {"query": {"match_all": {}}}}]}}',
        '{"terms": {"level": {"index": "secrets", "id": "1", "path": "x"}}}', '{"term": {}, "match_all": {}}',
        '{"query": {"match_all": {}}, "aggs": {}}', "{", "", '{"bool": {"must": ["x"]}}', '{"percolate": {}}',
        '{"nested": {"path": "a", "query": {"function_score": {}}}}', "x" * 20_000,
        '{"bool":{"must":' * 14 + '{"match_all":{}}' + "}}" * 14,
    ],
)  # fmt: skip
def test_a_query_that_does_more_than_select_is_not_sent(query: str) -> None:
    with pytest.raises(ToolError):
        clause(query)


async def test_what_is_not_there_is_named_with_what_to_set(opened: Opened, shelf: str) -> None:
    with pytest.raises(SignalMissing, match=r"nothing-\*: .* → set index"):
        await opened("elasticsearch", shelf, index="nothing-*").logs("cart", window(0, 60))
    source = opened("elasticsearch", shelf, index="plain-1", service_field="nobody")
    answer = await source.logs("cart", window(0, 60))
    assert answer.frame.empty and answer.notes[0] == "no field of plain-1 is known for service → service_field"
    health = await source.health()
    assert not health.ok and "no field is known for service" in health.detail
    source = opened("elasticsearch", shelf, index="plain-1")
    answer = await source.logs("shelf", window(0, 60))
    assert answer.notes[0].endswith("; there are the-shelf")


async def test_what_it_would_cost_is_told(opened: Opened, osmem: str, world: World) -> None:
    link = "https://logs.example/app/discover?s={service}&from={start}"
    source = opened("opensearch", osmem, index="logs-ecs", link=link)
    told = await estimated(source.logs("cart", world.window))
    assert told and told.query.startswith("POST /logs-ecs/_search\n") and "in 20 requests to shop" in told.cost
    answer = await source.logs("cart", world.window)
    assert answer.link and answer.link.startswith("https://logs.example/app/discover?s=cart&from=2026-01")


@pytest.mark.parametrize("index", ["", "../_security", "_all", "a/b", "a b", "a?b"])
def test_an_index_that_is_none_is_refused(opened: Opened, index: str) -> None:
    with pytest.raises(ConfigurationError, match="index is no name of indices → write index"):
        opened("opensearch", "http://127.0.0.1:9", index=index)


class _Odd(Backend):
    """A cluster of which one shard is away, and which knows nanoseconds."""

    def respond(self, call: Call) -> Said:
        if call.path.endswith("/_field_caps"):
            kinds = {"@timestamp": "date_nanos", "message": "match_only_text", "service.name": "constant_keyword"}
            return Said({"fields": {name: {kind: {}} for name, kind in kinds.items()}})
        source = {"@timestamp": "2026-11-23T10:00:01.123456789Z", "message": "\ud800 odd", "service.name": "cart"}
        hits = [{"_source": source, "sort": [1795428001123456789]}, {"_source": None}, 5]
        return Said({"timed_out": False, "_shards": {"total": 3, "failed": 1}, "hits": {"total": 1, "hits": hits}})


@pytest.fixture
def odd() -> Iterator[_Odd]:
    made = _Odd()
    yield made
    made.close()


async def test_a_shard_that_failed_is_a_note_and_what_cannot_be_read_is_left_out(opened: Opened, odd: _Odd) -> None:
    source = opened("elasticsearch", odd.url, index="a,b*")
    answer = await source.logs("cart", window(0, 60))
    assert answer.notes == ("1 of 3 shards failed: what they hold is missing",)
    assert len(answer.frame) == 1 and answer.frame["time"][0].microsecond == 123456
    assert odd.calls[-1].path == "/a,b*/_search"
    odd.broken = Said({"hits": {}})
    with pytest.raises(SourceUnreachable, match="something else than a search"):
        await source.ask("x", window(0, 60), 1)
