"""An investigation with real servers: their tools, what a person decides of them, and what is missing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.errors import Stopped
from aisre_nb.mcp.allowing import START, allow, is_allowed
from aisre_nb.mcp.finding import CALL, FIND
from aisre_nb.mcp.joining import join, tell
from aisre_nb.mcp.servers import Servers
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.record.events import Decided
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.tools.alerts import get_alerts

Spec = Callable[..., ServerSpec]
Make = Callable[..., Investigation]


async def _joined(inv: Investigation, servers: Servers, *specs: ServerSpec, approver: Any = None) -> list[str]:
    for spec in specs:
        allow(spec)
    gaps = await join(inv, servers, specs, approver or AutomaticApprover(inv.policy, "nobody"))
    tell(inv, gaps)
    return gaps


async def test_few_tools_are_listed_and_what_a_server_says_of_itself_lowers_nothing(
    spec: Spec, servers: Servers, investigation: Make, fixed: Any, tmp_path: Path
) -> None:
    file = tmp_path / "written"
    inv = investigation(
        [("bare__get_logs", {}), ("bare__lies", {"file": str(file)})],
        [("bare__add", {"a": 1})],
        reads=("bare.get_logs",),
    )
    await _joined(inv, servers, spec("bare"))
    ada = fixed("reject")
    report = await inv.ask("why?", approver=ada)
    assert {"bare__get_logs", "bare__lies"} <= {tool.name for tool in inv.model.seen[0].tools}
    logs, lies, add = inv.steps
    assert (logs.tool, logs.effect, logs.decision) == ("bare.get_logs", "read", None)
    assert logs.evidence is not None and logs.evidence.df["body"].tolist() == ["disk is full"]
    assert logs.evidence.source == "bare" and logs.evidence.query == "get_logs {}"
    assert (lies.tool, lies.effect) == ("bare.lies", "change") and "rejected by ada: because" in lies.error
    assert not file.exists()
    assert add.error == "Not run: rejected by ada: because."
    assert [shown.view.title for shown in ada.shown] == ["Call bare.lies", "Call bare.add"]
    assert ada.shown[0].scope == ("server:bare",) and ada.shown[0].view.rows == (("file", "", str(file)),)
    assert report.claims == []


async def test_many_tools_are_searched_and_called_by_their_own_names(
    spec: Spec, servers: Servers, investigation: Make, fixed: Any
) -> None:
    inv = investigation(
        [(FIND, {"query": "get logs"})],
        [(CALL, {"tool": "bare.get_logs", "arguments": {}})],
        [(CALL, {"tool": "bare.add", "arguments": {"a": 1, "b": 2}})],
        reads=("bare.get_logs",),
    )
    await _joined(inv, servers, spec("bare", "43"))
    await inv.ask("why?", approver=(ada := fixed()))
    sent = inv.model.seen[0].tools
    assert [tool.name for tool in sent] == [FIND, CALL, "submit_report"]
    cost = sum(
        len(json.dumps({"name": t.name, "description": t.description, "input_schema": dict(t.schema)}))
        for t in sent[:2]
    )
    assert cost / 3 < 4_000
    assert [step.tool for step in inv.steps] == [FIND, "bare.get_logs", "bare.add"]
    assert inv.steps[2].evidence is not None and inv.steps[2].evidence.text.endswith("3")
    assert [(p.tool, dict(p.arguments)) for p in ada.shown] == [("bare.add", {"a": 1, "b": 2})]


async def test_who_stands_in_and_answers_something_else_is_a_gap_and_no_more(
    spec: Spec, servers: Servers, investigation: Make, fixed: Any
) -> None:
    inv = investigation([("get_alerts", {}), ("bare__get_logs", {})], reads=("bare.get_alerts", "bare.get_logs"))
    inv.registry.add(get_alerts)
    gaps = await _joined(inv, servers, spec("bare", "posing", stand_in=("get_alerts", "get_logs")))
    assert len(gaps) == 1 and gaps[0].startswith("bare.get_logs does not stand in for get_logs: its arguments are not")
    report = await inv.ask("why?", approver=fixed("reject"))
    # Under its own name it is what it was, and who stands in is told of once.
    assert [tool.name for tool in inv.model.seen[0].tools] == ["get_alerts", "bare__get_logs", "submit_report"]
    alerts, logs = inv.steps
    assert alerts.evidence is None and alerts.effect == "read" and alerts.decision is None
    assert alerts.error.startswith("bare.get_alerts stands in for get_alerts, and its answer cannot be taken: its kind")
    assert logs.evidence is not None and logs.tool == "bare.get_logs"
    assert {gaps[0], alerts.error} <= set(report.gaps)


async def test_what_nobody_allowed_is_not_started_and_is_a_gap(
    spec: Spec, servers: Servers, investigation: Make
) -> None:
    inv = investigation()
    gaps = await join(inv, servers, [spec("bare")], AutomaticApprover(inv.policy, "nobody"))
    tell(inv, gaps)
    report = await inv.ask("why?", approver=AutomaticApprover(inv.policy, "nobody"))
    [gap] = gaps
    assert gap.startswith("the MCP server bare (") and gap.endswith("aisre-nb mcp allow bare")
    assert gap in report.gaps and inv.registry.names() == []
    # The record begins with the question; the audit has the decision.
    assert inv.record is not None and Record.load(inv.record.folder).events[0].type == "asked"
    assert inv.audit is not None and [entry["tool"] for entry in inv.audit.entries()] == [START]


@pytest.mark.parametrize("policy", ["read", "none"])
async def test_what_a_person_allows_is_shown_and_asked_once(
    policy: str, spec: Spec, servers: Servers, investigation: Make, fixed: Any
) -> None:
    inv, given, ada = investigation(policy=policy), spec("bare"), fixed()
    gaps = await join(inv, servers, [given], ada)
    if policy == "none":
        assert "was not started" in gaps[0] and not ada.shown
        return
    [proposal] = ada.shown
    assert proposal.view.title == "Start the MCP server bare" and proposal.view.rows[0][0] == "command"
    assert not gaps and "bare.add" in inv.registry.names() and is_allowed(given)
    assert not await join(inv, servers, [given], ada) and len(ada.shown) == 1
    other = replace(given, written='{"command": "other"}')
    await join(inv, servers, [other], fixed("reject"))
    assert not is_allowed(other)
    with pytest.raises(Stopped):
        await join(inv, servers, [other], fixed("stop"))


async def test_a_rule_lets_it_start_for_this_run(spec: Spec, servers: Servers, investigation: Make) -> None:
    inv, given = investigation(policy="run start_server on server:bare once"), spec("bare")
    assert not await join(inv, servers, [given], AutomaticApprover(inv.policy, "nobody"))
    assert "bare.add" in inv.registry.names() and not is_allowed(given)


async def test_servers_start_side_by_side_and_one_that_does_not_is_a_gap(
    spec: Spec, servers: Servers, investigation: Make
) -> None:
    slow = [spec("bare", "silent", name=f"slow{n}", start_seconds=0.6) for n in range(4)]
    inv, begin = investigation(), time.monotonic()
    gaps = await _joined(inv, servers, *slow, spec("bare"), ServerSpec("none", "no-such-program"))
    assert time.monotonic() - begin < 8
    late = [f"the MCP server slow{n} did not list its tools within 0.6 s → raise its start_seconds" for n in range(4)]
    assert [gap.split(",")[0] for gap in gaps[:4]] == late
    assert gaps[4].startswith("the MCP server none: the program no-such-program is not there")
    assert "bare.add" in inv.registry.names() and set(gaps) <= set(inv.gaps)


async def test_a_read_is_asked_again_after_the_server_died_and_a_change_never(
    spec: Spec, servers: Servers, investigation: Make, fixed: Any, tmp_path: Path
) -> None:
    once = {"marker": str(tmp_path / "one")}
    inv = investigation([("bare__die_once", once)], [("bare__die", {})], reads=("bare.die_once",))
    await _joined(inv, servers, spec("bare"))
    await inv.ask("why?", approver=fixed())
    read, change = inv.steps
    assert read.evidence is not None and read.evidence.text.endswith("done")
    assert change.error.startswith("bare ended while die ran; it said: RuntimeError: out of memory")


async def test_what_floods_is_not_asked_again(spec: Spec, servers: Servers, investigation: Make, fixed: Any) -> None:
    given = spec("bare", "tasks")
    inv = investigation([("bare__pour", {"lines": 50_000})], reads=("bare.pour",))
    await _joined(inv, servers, given)
    # A tool that runs as a task alone is not offered.
    assert "bare.add" not in inv.registry.names() and "(1 more run as a task alone)" in servers.told(given)
    await inv.ask("why?", approver=fixed())
    assert inv.steps[0].error.endswith("lines in a second → ask it for less")
    assert servers._connections["bare"].starts == 1


async def test_what_a_server_asks_is_answered_by_the_card_and_kept(
    spec: Spec, servers: Servers, investigation: Make, fixed: Any
) -> None:
    inv = investigation([("small__where", {})], reads=("small.where",))
    await _joined(inv, servers, spec("small"))
    await inv.ask("why?", approver=(ada := fixed("approve", {"name": "prod", "nodes": "5"})))
    assert inv.steps[0].evidence is not None and "prod with 5 nodes" in inv.steps[0].evidence.text
    [proposal] = ada.shown
    assert proposal.view.title == "The server small asks you: Which cluster do you mean?"
    [decided] = [event for event in inv.events if isinstance(event, Decided)]
    assert (decided.n, decided.tool, decided.verdict) == (0, "small.where", "edit")
    assert decided.final == {"name": "prod", "nodes": "5"} and inv.budget.waited == 1.0
    # Where nobody is there it is declined, whatever the policy lets run, and the report says so.
    inv.model.turns[:] = [[("small__where", {})]]
    inv.moved()
    report = await inv.ask("and now?", approver=AutomaticApprover(inv.policy, "nobody"))
    assert inv.steps[1].evidence is not None and "nobody said" in inv.steps[1].evidence.text
    assert "small asked, and was given no answer: Which cluster do you mean?" in report.gaps


async def test_a_description_that_steers_is_told_and_bounded(spec: Spec, servers: Servers, investigation: Make) -> None:
    inv = investigation()
    await _joined(inv, servers, spec("bare", "hostile"))
    await inv.ask("why?", approver=AutomaticApprover(inv.policy, "nobody"))
    assert len(inv.registry.names()) == 6 + 2
    assert all(len(inv.registry.get(name).description) <= 3_000 for name in inv.registry.names())
    assert any("the description of a tool holds" in getattr(event, "text", "") for event in inv.events)
    assert all(name.isprintable() for name in inv.registry.names())
    assert sum(len(json.dumps(dict(t.schema))) for t in inv.model.seen[0].tools) < 40_000
