"""The tools that a Prometheus brings, by the door that the agent uses."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for
from aisre_nb.tools.tool import ToolContext, ToolResult

NAMES = ["query_promql", "find_metrics", "get_alert_rules", "get_alert_history"]


def test_they_are_offered_only_where_one_is_configured() -> None:
    assert not {tool.name for tool in (*builtin_tools(), *tools_for(Sources()))} & set(NAMES)


@pytest.fixture
def run(world: Any, both: Any) -> Any:
    sources = Sources(metrics=both[0], promql=both[0], history=both[0])
    registry = Registry()
    for tool in tools_for(sources):
        registry.add(tool)
    assert registry.names() == NAMES
    context = ToolContext(sources, world.now, {})

    async def called(tool_name: str, /, **arguments: Any) -> ToolResult:
        tool = registry.get(tool_name)
        assert tool.effect == "read"
        return await tool.handler(context, registry.validate(tool_name, arguments))

    return called


async def test_a_query_of_one_s_own(run: Any, world: Any) -> None:
    # Where none failed yet, no series says so.
    count = "http_server_request_duration_seconds_count"
    query = f'sum(rate({count}{{service="cart",http_response_status_code=~"5.."}}[2m])) or vector(0)'
    found = await run("query_promql", query=query, since="50m ago", step=30)
    assert found.kind == "metrics" and found.query == query and found.link.startswith(f"{world.url}/graph?")
    told = found.facts["signals"]["value"]
    assert found.summary.startswith("1 series, ") and (told["points"], found.facts["step_seconds"]) == (101, 30)
    assert found.frame["value"].iloc[:40].max() == 0 and told["peak"] == pytest.approx(found.frame["value"].max(), 1e-4)
    once = await run("query_promql", query="process_memory_usage_bytes", at_once=True)
    assert once.kind == "table" and once.summary.startswith(f"{len(once.frame)} series; the largest: process_memory")
    for wrong, told in (
        ({"query": "sum(up"}, "does not close"),
        ({"query": "rate(up)"}, r"parse error.*→ correct the query; find_metrics has names"),
        ({"query": "up", "since": "24h", "step": 1}, "86,400 points of a series are too many → take a step of 345"),
        ({"query": "nothing_like_it"}, "finds nothing in that window"),
        ({"query": "up", "exemplars": True}, "no exemplar is kept"),
        ({"query": ""}, "at least 1 character"),
    ):
        with pytest.raises((ToolError, Exception), match=told):
            await run("query_promql", **wrong)


async def test_what_there_is_to_ask_for(run: Any) -> None:
    found = await run("find_metrics", service="cart", contains="memory")
    assert list(found.frame["metric"]) == ["process_memory_usage_bytes"]
    labels = await run("find_metrics", metric="http_server_request_duration_seconds", since="50m ago")
    assert "http_response_status_code" in labels.facts["labels"] and "http_route" in labels.summary
    rules = await run("get_alert_rules", name="HighErrorRate")
    assert len(rules.frame) == 1 and "rate(http_server_request_duration_seconds_count" in rules.frame["query"].iloc[0]
    with pytest.raises(ToolError, match="there is no rule 'Nothing'"):
        await run("get_alert_rules", name="Nothing")


async def test_what_fired_before(run: Any) -> None:
    found = await run("get_alert_history", since="3h")
    assert found.facts["fired"] == len(found.frame) > 1
    cart = await run("get_alert_history", service="cart", alert="HighErrorRate")
    assert [row["state"] for row in cart.facts["alerts"]] == ["firing"] and cart.facts["alerts"][0]["to"] is None
    none = await run("get_alert_history", service="nobody")
    assert none.summary == "no alert fired in this window"
