"""Tools by name, their schemas, and arguments that do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.tools.registry import Registry, builtin_tools


@pytest.fixture
def registry() -> Registry:
    built = Registry()
    for tool in builtin_tools():
        built.add(tool)
    return built


def test_every_tool_has_a_schema_a_description_and_a_preview_where_it_changes(registry: Registry) -> None:
    for name in registry.names():
        tool = registry.get(name)
        schema = tool.schema()
        assert schema["type"] == "object" and schema["additionalProperties"] is False and "title" not in schema
        assert len(tool.description) > 40 and (tool.preview is not None) == (tool.effect == "change")


def test_only_the_pull_request_changes_anything(registry: Registry) -> None:
    assert [n for n in registry.names() if registry.get(n).effect == "change"] == ["create_pull_request"]


def test_a_later_tool_takes_the_place_of_an_earlier(registry: Registry) -> None:
    registry.add(replace(registry.get("get_logs"), description="mine"))
    assert registry.get("get_logs").description == "mine" and registry.names().count("get_logs") == 1


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("get_metrics", {}, "service"),
        ("get_metrics", {"service": 3}, "service"),
        ("get_traces", {"service": "x", "status": "broken"}, "status"),
        ("get_traces", {"service": "x", "limit": 0}, "limit"),
        ("get_logs", {"service": "x", "colour": "red"}, "colour"),
        ("read_evidence", {"id": "E1", "where": {"a": 1}}, "where.a"),
        ("create_pull_request", {"kind": "fix", "title": "abc", "edits": [{"path": "a", "old": "b"}]}, "edits.0.new"),
    ],
)
def test_a_wrong_argument_is_one_line_with_its_field(
    registry: Registry, name: str, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(ToolError, match=rf"{name}: .*{field}: ") as caught:
        registry.validate(name, arguments)
    assert "\n" not in str(caught.value)


def test_very_many_wrong_arguments_are_still_a_short_line(registry: Registry) -> None:
    with pytest.raises(ToolError) as caught:
        registry.validate("get_logs", {f"x{n}": "\n" for n in range(500)})
    assert len(str(caught.value)) < 1000 and "\n" not in str(caught.value)


def test_a_tool_that_is_not_there_is_answered_with_those_that_are(registry: Registry) -> None:
    with pytest.raises(ToolError, match="'get_it' → the tools are get_alerts, get_services"):
        registry.get("get_it")
