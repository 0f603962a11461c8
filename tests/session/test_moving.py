"""Time that passes while an investigation runs, and between two questions."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.tools.tool import ToolResult

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def test_after_what_moves_the_world_it_is_later_and_the_same_read_is_read_anew(
    investigate: Any, report: Any, registry: Any, world: Any, fixed: Any
) -> None:
    async def wait(context: Any, arguments: Any) -> ToolResult:
        clock.append(context.now + timedelta(minutes=5))
        return ToolResult("text", "waited", "five minutes")

    clock: list[datetime] = []
    look = registry.get("look")
    registry.add(replace(look, name="wait", handler=wait, moves=True))
    same, pause = ("look", {"what": "x"}), ("wait", {"what": "x"})
    inv = investigate([same], [same, pause, same, pause], report(outcome="no_fault"))
    inv.sources = replace(inv.sources, clock=lambda: clock[-1] if clock else NOW)
    await inv.ask("Why?", approver=fixed())
    assert world.looked == 2 and [s.tool for s in inv.steps] == ["look", "wait", "look", "wait"]
    assert inv.now == inv.tool_context().now == NOW + timedelta(minutes=10)


async def test_time_that_passed_between_two_questions_counts(
    investigate: Any, report: Any, world: Any, fixed: Any
) -> None:
    same = ("look", {"what": "x"})
    inv = investigate([same], report(outcome="no_fault"), [same], report(outcome="no_fault"))
    await inv.ask("Why?", approver=fixed())
    inv.sources = replace(inv.sources, clock=lambda: NOW + timedelta(minutes=5))
    await inv.ask("And now?", approver=fixed())
    assert world.looked == 2 and inv.now == NOW + timedelta(minutes=5)


async def test_a_tool_has_the_time_that_it_says(investigate: Any, report: Any, registry: Any, fixed: Any) -> None:
    async def slow(context: Any, arguments: Any) -> ToolResult:
        await asyncio.sleep(5)
        return ToolResult("text", "", "")

    registry.add(replace(registry.get("look"), handler=slow, time_limit=0.05))
    inv = investigate([("look", {"what": "x"})], report(outcome="no_fault"))
    await inv.ask("Why?", approver=fixed())
    assert inv.steps[0].error == "look gave no answer within 0.05 s"
