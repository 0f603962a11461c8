"""Which tools of a server stand in for ours: those that the user names, that only look, and that are the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mcp_types as types
import pytest

from aisre_nb.mcp.background import Background
from aisre_nb.mcp.config import configured
from aisre_nb.mcp.replaceable import ANSWERED_BY
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.mcp.stand_in import StandIn, chosen, restore
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry, builtin_tools, tool_from_function

OURS = {tool.name: tool for tool in builtin_tools()}
READS = ("far.get_logs", "far.get_alerts")


def _server(stand_in: Any, name: str = "far", **schemas: Any) -> Any:
    schemas = schemas or {tool: OURS[tool].schema() for tool in ("get_logs", "get_alerts")}
    tools = [types.Tool(name=tool, input_schema=schema) for tool, schema in schemas.items()]
    return SimpleNamespace(spec=ServerSpec(name, stand_in=stand_in), tools=tools)


@pytest.fixture
def choose() -> Callable[..., tuple[dict[str, Any], list[str]]]:
    def made(
        *servers: Any, reads: tuple[str, ...] = READS, sources: Sources | None = None, registry: Registry | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        if registry is None:
            registry = Registry()
            for tool in OURS.values():
                registry.add(tool)
        return chosen(servers, Background("none"), reads, registry, sources or Sources())

    return made


def test_only_where_it_is_wanted_and_under_our_name(choose: Any) -> None:
    assert choose(_server(False)) == ({}, [])
    found, notes = choose(_server(True))
    assert list(found) == ["far.get_alerts", "far.get_logs"] and notes == []
    stands = found["far.get_logs"]
    assert stands.name == "get_logs" and stands.effect == "read" and stands.schema() == OURS["get_logs"].schema()
    given = stands.arguments(service="cart")
    assert stands.scope(None, given) == ("service:cart", "server:far")


def test_what_the_users_list_does_not_call_a_read_does_not_stand_in(choose: Any) -> None:
    found, notes = choose(_server(("get_logs", "get_alerts")), reads=("far.get_logs",))
    assert list(found) == ["far.get_logs"]
    assert notes == [
        "far.get_alerts does not stand in for get_alerts: it counts as a change → "
        'reads = ["far.get_alerts"] in aisre.toml'
    ]
    assert choose(_server(True), reads=("far.get_logs",))[1] == []
    assert len(choose(_server(True), reads=())[1]) == 1


def test_a_source_goes_before_what_was_not_named(choose: Any) -> None:
    logs: Any = object()
    assert list(choose(_server(True), sources=Sources(logs=logs))[0]) == ["far.get_alerts"]
    assert list(choose(_server(("get_logs",)), sources=Sources(logs=logs))[0]) == ["far.get_logs"]


def test_other_arguments_are_another_tool(choose: Any) -> None:
    schema = OURS["get_logs"].schema()
    worded = {**schema, "properties": {n: {**p, "description": "other"} for n, p in schema["properties"].items()}}
    assert choose(_server(("get_logs",), get_logs=worded))[1] == []
    for changed, named in (
        ({**schema, "properties": {**schema["properties"], "tenant": {"type": "string"}}}, "tenant"),
        ({**schema, "properties": {**schema["properties"], "service": {"type": "integer"}}}, "service"),
        ({**schema, "required": []}, "those that it needs"),
    ):
        found, notes = choose(_server(("get_logs",), get_logs=changed))
        assert found == {} and f"its arguments are not ours ({named})" in notes[0]


def test_the_first_server_stands_in_and_a_function_of_the_users_own_stays(choose: Any) -> None:
    reads = (*READS, "near.get_logs")
    found, notes = choose(_server(True), _server(("get_logs",), "near"), reads=reads)
    assert "near.get_logs" not in found and notes == [
        "near.get_logs does not stand in for get_logs: another server does already"
    ]

    def get_logs(service: str) -> str:
        """Mine."""
        return service

    registry = Registry()
    registry.add(tool_from_function(get_logs))
    found, notes = choose(_server(("get_logs",)), registry=registry)
    assert found == {} and "a tool of your own has that name" in notes[0]


def test_ours_are_ours_again(choose: Any) -> None:
    registry = Registry()
    for tool in OURS.values():
        registry.add(tool)
    for tool in choose(_server(True), registry=registry)[0].values():
        registry.add(tool)
    assert isinstance(registry.get("get_logs").handler, StandIn)
    assert len(choose(_server(True), registry=registry)[0]) == 2
    restore(registry)
    assert registry.get("get_logs").handler is OURS["get_logs"].handler


def test_every_tool_that_may_be_replaced_is_a_read_of_ours() -> None:
    assert {OURS[name].effect for name in ANSWERED_BY} == {"read"}
    assert {slot for slots in ANSWERED_BY.values() for slot in slots} <= set(Sources.__dataclass_fields__)


@pytest.mark.parametrize(
    ("written", "why"),
    [('"yes"', "stand_in is neither true nor a list of tools"), ('["get_secrets"]', "stand_in names 'get_secrets'")],
)
def test_what_cannot_stand_in_is_told(written: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "aisre.toml").write_text(f'[mcp.far]\ncommand = "x"\nstand_in = {written}\n')
    specs, notes = configured(Settings.load(tmp_path, {}), {})
    assert specs == [] and why in notes[0]
    (tmp_path / "aisre.toml").write_text('[mcp.far]\ncommand = "x"\nstand_in = ["get_logs"]\n')
    assert configured(Settings.load(tmp_path, {}), {})[0][0].stand_in == ("get_logs",)
