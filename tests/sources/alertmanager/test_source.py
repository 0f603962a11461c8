"""A real Alertmanager: what fires, for whom, and silences that are shown, asked for, and taken back."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for
from aisre_nb.tools.tool import ToolContext, ToolResult


def _registry(sources: Sources) -> Registry:
    registry = Registry()
    for tool in (*builtin_tools(), *tools_for(sources)):
        registry.add(tool)
    return registry


async def _run(
    sources: Sources, name: str, evidence: dict[str, Evidence] | None = None, **arguments: Any
) -> ToolResult:
    registry = _registry(sources)
    tool, given = registry.get(name), registry.validate(name, arguments)
    context = ToolContext(sources, datetime.now(UTC), evidence or {})
    if tool.preview is not None:
        view = await tool.preview(context, given)
        # Shown twice, it is the same: else nobody could ever approve it.
        assert view == await tool.preview(context, given)
        context = ToolContext(sources, context.now, context.evidence, approved=view)
    return await tool.handler(context, given)


async def _state(sources: Sources, alert: str, wanted: str) -> str:
    """The alert's state, given a second to become that."""
    begun = time.monotonic()
    while True:
        assert sources.alerts is not None
        frame = (await sources.alerts.alerts(datetime.now(UTC))).frame.set_index("alert")
        state = str(frame.loc[alert, "state"])
        if state == wanted or time.monotonic() - begun > 3:
            return state
        await asyncio.sleep(0.05)


async def test_what_fires_and_for_whom(sources: Sources, manager: str) -> None:
    assert await _state(sources, "DiskFull", "suppressed") == "suppressed"
    assert sources.alerts is not None
    found = await sources.alerts.alerts(datetime.now(UTC))
    rows = found.frame.set_index("alert")
    assert list(rows.index) == ["HighLatency", "HighErrorRate", "DiskFull"]
    assert rows.loc["HighErrorRate", "state"] == "firing" and rows.loc["HighErrorRate", "severity"] == "critical"
    assert found.frame.attrs["runbooks"]["HighErrorRate"] == "runbooks/HighErrorRate.md"
    assert (found.query, found.link) == ("GET /api/v2/alerts", f"{manager}/#/alerts")
    result = await _run(sources, "get_alerts", service="cart")
    assert result.summary.startswith("2 alerts fire: HighLatency on cart since")
    groups = await _run(sources, "get_alert_groups")
    assert groups.frame is not None
    told = groups.frame.set_index("group")
    assert told.loc['service="cart"', ["receiver", "alerts", "firing"]].tolist() == ["team", 2, 2]
    assert told.loc['service="postgres"', "suppressed"] == 1


async def test_silences_are_listed_with_who_and_why(sources: Sources) -> None:
    found = await _run(sources, "get_silences")
    assert found.summary == '1 in force: alertname=~"Disk.*"'
    assert {k: v for k, v in found.facts["active"][0].items() if k in ("author", "comment")} == {
        "author": "ann",
        "comment": "known",
    }


async def test_a_silence_is_shown_made_and_taken_back(sources: Sources) -> None:
    registry = _registry(sources)
    assert registry.get("create_silence").effect == "change"
    made = await _run(
        sources, "create_silence", matchers={"alertname": "HighLatency", "service": "cart"}, minutes=5, reason="known"
    )
    assert await _state(sources, "HighLatency", "suppressed") == "suppressed"
    assert await _state(sources, "HighErrorRate", "firing") == "firing"
    assert made.frame is not None
    assert made.frame.to_numpy().tolist() == [
        ['HighLatency pod="cart-1", service="cart", severity="warning"', "notifies", "notifies nobody for 5 minutes"]
    ]
    kept = Shelf().add(made, "create_silence", {}, Redactor(), datetime.now(UTC))
    undone = await _run(sources, "undo_action", {kept.id: kept}, step=kept.id)
    assert undone.facts == {"undoes": kept.id, "undo": None} and "is ended" in undone.summary
    assert await _state(sources, "HighLatency", "firing") == "firing"
    with pytest.raises(ToolError, match="is expired already"):
        await _run(sources, "undo_action", {kept.id: kept}, step=kept.id)


async def test_what_was_approved_is_what_runs_or_nothing_does(sources: Sources) -> None:
    registry = _registry(sources)
    tool = registry.get("create_silence")
    given = registry.validate("create_silence", {"matchers": {"service": "cart"}, "reason": "known"})
    context = ToolContext(sources, datetime.now(UTC), {})
    assert tool.preview is not None
    view = await tool.preview(context, given)
    assert len(view.rows) == 2 and view.title == 'Silence service="cart" for 60 minutes'
    assert tool.scope(context, given) == ("alert:service=cart",)
    before = await _run(sources, "get_silences", expired=True)
    other = ToolContext(
        sources, context.now, {}, approved=type(view)(view.title, view.body, view.scope, rows=view.rows[:1])
    )
    with pytest.raises(ChangeConflict, match="not those that were shown"):
        await tool.handler(other, given)
    after = await _run(sources, "get_silences", expired=True)
    assert before.frame is not None and after.frame is not None and len(before.frame) == len(after.frame)


@pytest.mark.parametrize(
    ("matchers", "told"),
    [
        ({"service": "nobody"}, 'no alert has service="nobody"'),
        ({"a": "[redacted:aws_key:1]"}, "a secret would be replaced"),
    ],
)
async def test_a_silence_that_fits_nothing_is_refused(sources: Sources, matchers: dict[str, str], told: str) -> None:
    with pytest.raises(ToolError, match=told):
        await _run(sources, "create_silence", matchers=matchers, reason="known")


async def test_ids_of_strangers_do_not_reach_other_addresses(sources: Sources) -> None:
    assert sources.silences is not None
    for id in ("../../-/reload", "a/b", "", "x" * 100):
        with pytest.raises(ToolError, match="no silence's id"):
            await sources.silences.expire(id)
    with pytest.raises(ToolError, match="there is no silence"):
        await sources.silences.preview_expire("00000000-0000-0000-0000-000000000000")


async def test_health_says_what_may_be_done(sources: Sources) -> None:
    health = await sources.all[0].health()
    assert health.ok and health.detail.endswith("3 alerts")
    assert health.may == "it is read; silences are made where they are approved"
