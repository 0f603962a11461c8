"""Many tools cost a model little: it searches them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.finding import CALL, FIND, ranked, search, tokens
from aisre_nb.mcp.schemas import arguments
from aisre_nb.models.base import ToolSpec
from aisre_nb.models.claude_wire import tool as wired
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.naming import wire_name
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import Tool, ToolContext

WHAT = ("logs", "traces", "metrics", "pods", "deployments", "events", "nodes", "alerts", "dashboards", "incidents")
VERBS = ("get", "list", "search", "describe", "delete")
FIELDS = ("service", "namespace", "start_time", "end_time", "filter", "limit")


def _tools(count: int = 43) -> list[Tool]:
    async def handler(context: ToolContext, given: Any) -> ToolResult:
        return ToolResult("text", "x", "x")

    found = []
    for n in range(count):
        verb, what = VERBS[n // len(WHAT)], WHAT[n % len(WHAT)]
        words = (
            f"{verb.capitalize()} {what} of a service in a namespace between two times. They are paged, newest first. "
            * 3
        )
        properties = {
            f: {"type": "string", "description": f"The {f} that is meant, exactly as it is named in the cluster."}
            for f in FIELDS
        }
        schema = {"type": "object", "properties": properties, "required": ["service"]}
        found.append(Tool(f"metoro.{verb}_{what}", words, arguments(f"t{n}", schema), handler))
    return found


def test_43_tools_cost_less_than_4000_tokens() -> None:
    tools = _tools()
    whole, searched = tokens(tools), tokens(search(tools))
    print(f"43 tools: about {whole} tokens listed, about {searched} searched")
    assert whole > 10_000 and searched < 1_000
    sent = [wired(ToolSpec(wire_name(t.name), t.description, t.schema())) for t in search(tools)]
    # Even if every three characters were a token.
    assert len(json.dumps(sent)) / 3 < 4_000
    assert all(t.name.partition(".")[2] in search(tools)[0].description for t in tools)


def test_a_thousand_tools_cost_no_more() -> None:
    one = _tools(1)[0]
    tools = [Tool(f"s{n % 25}.{'x' * 40}{n}", "words " * 99, one.arguments, one.handler) for n in range(1_000)]
    assert tokens(search(tools)) < 2_000


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("read the logs", "metoro.get_logs"),
        ("metoro.search_events", "metoro.search_events"),
        ("list of the alert", "metoro.list_alerts"),
        ("describe node", "metoro.describe_nodes"),
    ],
)
def test_the_best_comes_first(query: str, first: str) -> None:
    assert ranked(_tools(), query)[0].name == first


async def test_what_is_found_comes_with_its_arguments_and_is_called_by_its_own_name() -> None:
    tools, registry = _tools(), Registry()
    find, call = search(tools)
    for tool in (find, call, *tools):
        registry.add(tool)
    context = ToolContext(Sources(), datetime(2026, 3, 1, tzinfo=UTC), {})
    found = await find.handler(context, registry.validate(FIND, {"query": "get logs", "limit": 2}))
    assert found.frame is not None and found.frame["tool"].tolist()[0] == "metoro.get_logs"
    assert '"required": ["service"]' in found.text
    for name in ("metoro.get_logs", "metoro__get_logs"):
        meant = registry.meant(CALL, {"tool": name, "arguments": {"service": "cart"}})
        assert meant == ("metoro.get_logs", {"service": "cart"})
    assert registry.meant(CALL, {"tool": "nothing"})[0] == CALL
    # It cannot stand for a tool that was not brought by a server.
    registry.add(Tool("delete_all", "x", tools[0].arguments, tools[0].handler))
    assert registry.meant(CALL, {"tool": "delete_all"})[0] == CALL
    with pytest.raises(ToolError, match="there is no tool 'nothing' to call"):
        await call.handler(context, registry.validate(CALL, {"tool": "nothing"}))
    with pytest.raises(ToolError, match="no tool is about 'zebra'"):
        await find.handler(context, registry.validate(FIND, {"query": "zebra"}))
