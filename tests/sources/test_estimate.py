"""What a read would cost is said without reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox import make
from aisre_nb.session.deciding import view_of
from aisre_nb.session.worlds import open_folder
from aisre_nb.sources import telemetry_database
from aisre_nb.tools.registry import Registry, builtin_tools
from aisre_nb.tools.tool import ToolContext


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("estimate") / "world", hours=1, per_second=2)


@pytest.mark.parametrize(
    "name, table", [("get_logs", "otel_logs"), ("get_traces", "otel_traces"), ("get_metrics", "otel_metrics_histogram")]
)
async def test_a_read_shows_its_query_and_its_cost_and_sends_nothing(
    folder: Path, name: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, registry = open_folder(folder), Registry()
    for tool in builtin_tools():
        registry.add(tool)
    sent: list[Any] = []
    monkeypatch.setattr(telemetry_database, "_plain", lambda arrow: sent.append(arrow) or arrow)
    context = ToolContext(sources, sources.now, {})  # type: ignore[arg-type]
    tool, arguments = registry.get(name), registry.validate(name, {"service": "cart"})
    view = await view_of(tool, arguments, context)
    (query, cost) = view.rows
    assert query[0] == "the first query" and "SELECT" in query[2] and table in query[2]
    assert cost[0] == "what it reads" and f"rows of {table}" in cost[2] and "MB" in cost[2]
    assert sent == []
    result = await tool.handler(context, arguments)
    assert sent and result.frame is not None, "afterwards it is read"
    assert " ".join(query[2].split()) in " ".join(result.query.split()), "the query as it is sent"


async def test_what_asks_no_database_shows_its_arguments(folder: Path) -> None:
    sources, registry = open_folder(folder), Registry()
    for tool in builtin_tools():
        registry.add(tool)
    view = await view_of(
        registry.get("get_alerts"), registry.validate("get_alerts", {}), ToolContext(sources, sources.now, {})
    )  # type: ignore[arg-type]
    assert view.title == "Run get_alerts" and view.rows == ()
