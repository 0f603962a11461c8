"""A user's function is a tool like any other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import ToolError, UsageError
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.function import tool_from_function
from aisre_nb.tools.registry import Registry, builtin_tools
from aisre_nb.tools.tool import ToolContext

CONTEXT = ToolContext(Sources(), datetime(2026, 3, 1, tzinfo=UTC), {})


def queue_depth(name: str, last: int = 5) -> Any:
    """How long a queue is."""
    return {"frame": pd.DataFrame({"n": range(last)}), "rows": [{"n": 1}], "text": "long", "dict": {"depth": 3}}[name]


async def asynchronous(name: str) -> str:
    """Waits."""
    return f"waited for {name}"


async def test_its_parameters_are_the_schema_and_its_docstring_the_description() -> None:
    tool = tool_from_function(queue_depth)
    assert (tool.name, tool.description, tool.effect) == ("queue_depth", "How long a queue is.", "read")
    schema = tool.schema()
    assert schema["required"] == ["name"] and schema["properties"]["last"]["default"] == 5


@pytest.mark.parametrize(
    ("name", "kind", "rows"), [("frame", "table", 5), ("rows", "table", 1), ("text", "text", 0), ("dict", "text", 0)]
)
async def test_what_it_returns_is_evidence(name: str, kind: str, rows: int) -> None:
    tool = tool_from_function(queue_depth)
    result = await tool.handler(CONTEXT, tool.arguments(name=name))
    assert result.kind == kind and (0 if result.frame is None else len(result.frame)) == rows


async def test_a_coroutine_function_is_awaited() -> None:
    tool = tool_from_function(asynchronous, "change")
    assert tool.effect == "change"
    assert (await tool.handler(CONTEXT, tool.arguments(name="x"))).text == "waited for x"


def test_what_cannot_be_described_is_refused() -> None:
    def silent(a: int) -> int:
        return a

    def open_ended(*rest: int) -> int:
        """Sums."""
        return sum(rest)

    for function in (silent, open_ended):
        with pytest.raises(UsageError):
            tool_from_function(function)


def test_wrong_arguments_are_one_line_that_names_the_field() -> None:
    registry = Registry()
    for tool in builtin_tools():
        registry.add(tool)
    with pytest.raises(ToolError, match="service") as caught:
        registry.validate("get_metrics", {"svc": "x"})
    assert "\n" not in str(caught.value)
    with pytest.raises(ToolError, match="the tools are get_alerts"):
        registry.get("get_everything")


@pytest.mark.parametrize(
    "name",
    ["get_alerts", "get_services", "get_metrics", "get_traces", "get_logs", "get_deployments", "get_source_diff"],
)
async def test_a_source_that_is_not_there_is_said_in_one_line(name: str) -> None:
    tool = next(t for t in builtin_tools() if t.name == name)
    needed = {"service": "x", "from_version": "1", "to_version": "2"}
    given = {k: v for k, v in needed.items() if k in tool.arguments.model_fields}
    with pytest.raises(ToolError, match="no source answers") as caught:
        await tool.handler(CONTEXT, tool.arguments(**given))
    assert "\n" not in str(caught.value)


async def test_an_exception_of_it_comes_through_as_it_is() -> None:
    def broken(name: str) -> str:
        """Fails."""
        raise LookupError(name)

    tool = tool_from_function(broken)
    with pytest.raises(LookupError, match="x"):
        await tool.handler(CONTEXT, tool.arguments(name="x"))


async def test_a_coroutine_behind_a_wrapper_is_awaited_too() -> None:
    def wrapped(name: str) -> Any:
        """Waits, behind a wrapper."""
        return asynchronous(name)

    tool = tool_from_function(wrapped)
    assert (await tool.handler(CONTEXT, tool.arguments(name="x"))).text == "waited for x"


def test_parameters_that_no_name_can_carry_are_refused() -> None:
    def hidden(_secret: str) -> str:
        """Has a parameter that no schema takes."""
        return _secret

    def by_place(name: str, /) -> str:
        """Takes its parameter by its place only."""
        return name

    for function in (hidden, by_place):
        with pytest.raises(UsageError):
            tool_from_function(function)
