"""How a call is decided: by the policy, by a person, again, too late, in the books, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import Stopped
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided, ToolFinished
from aisre_nb.session.investigation import Investigation
from aisre_nb.tools.tool import ChangeView, FileChange, Tool

Make = Callable[..., Investigation]
ALTER = ("alter", {"title": "t"})


@pytest.fixture
def audited(investigate: Make, tmp_path: Path) -> Make:
    def make(*turns: Any, **more: Any) -> Investigation:
        inv = investigate(*turns, **more)
        inv.audit = Audit(tmp_path / "audit.jsonl")
        return inv

    return make


def _decided(inv: Investigation) -> list[Decided]:
    return [event for event in inv.events if isinstance(event, Decided)]


def _scoped(inv: Investigation, *scope: str) -> None:
    tool = inv.registry.get("alter")
    inv.registry.add(Tool(**vars(tool) | {"scope": lambda context, arguments: scope}))


async def test_a_decision_is_on_disk_before_the_change_runs(audited: Make, fixed: Any, report: Any, world: Any) -> None:
    inv = audited([ALTER], report(outcome="no_fault"))
    tool = inv.registry.get("alter")
    seen: list[tuple[int, int]] = []

    async def alter(context: Any, arguments: Any) -> Any:
        assert inv.record is not None and inv.audit is not None
        lines = (inv.record.folder / "events.jsonl").read_text().splitlines()
        seen.append((sum('"decided"' in line for line in lines), len(inv.audit.entries())))
        return await tool.handler(context, arguments)

    inv.registry.add(Tool(**vars(tool) | {"handler": alter}))
    await inv.ask("why?", approver=fixed())
    assert seen == [(1, 1)] and len(world.altered) == 1
    first, second = inv.audit.entries()  # type: ignore[union-attr]
    assert (first["event"], first["verdict"], first["who"], first["tool"]) == ("decided", "approve", "ada", "alter")
    assert (second["event"], second["ok"], second["decided"]) == ("ran", True, first["hash"])
    assert _decided(inv)[0].audit == first["hash"] and list(inv.audit.problems()) == []  # type: ignore[union-attr]


async def test_what_cannot_be_written_down_does_not_run(
    audited: Make, fixed: Any, report: Any, world: Any, tmp_path: Path
) -> None:
    inv = audited([ALTER], report(outcome="no_fault"))
    (tmp_path / "audit.jsonl").mkdir()
    await inv.ask("why?", approver=fixed())
    assert world.altered == [] and "without it nothing is changed" in inv.steps[0].error


async def test_an_old_approval_asks_again(investigate: Make, fixed: Any, report: Any, world: Any) -> None:
    inv = investigate([ALTER], report(outcome="no_fault"), approval_minutes=0.0005)
    approver = fixed()

    class Slow:
        async def decide(self, proposal: Proposal) -> Decision:
            if len(approver.shown) == 0:
                await asyncio.sleep(0.05)
            return await approver.decide(proposal)  # type: ignore[no-any-return]

    await inv.ask("why?", approver=Slow())
    assert [p.again for p in approver.shown] == ["", "the approval is older than 0.0005 minutes"]
    assert len(world.altered) == 1


async def test_a_rule_lets_as_much_run_as_it_says_and_then_a_person_is_asked(
    audited: Make, fixed: Any, report: Any, world: Any
) -> None:
    turns = [[("alter", {"title": f"t{n}"})] for n in range(3)]
    inv = audited(*turns, report(outcome="no_fault"), policy="read; run alter on flag:x 2 times")
    _scoped(inv, "flag:x")
    approver = fixed("reject")
    await inv.ask("why?", approver=approver)
    assert [a.title for a in world.altered] == ["t0", "t1"]
    assert [p.arguments["title"] for p in approver.shown] == ["t2"]
    told = [(d.channel, d.verdict, d.rule, d.scope) for d in _decided(inv)]
    assert told[0] == ("policy", "approve", "run alter on flag:x 2 times", ["flag:x"]) and told[2][0] == "panel"
    assert inv.policy.rows()[0][2:] == ("2", "0 of 2 times")


async def test_a_rule_for_another_scope_or_a_larger_diff_does_not_cover_it(
    investigate: Make, fixed: Any, report: Any, world: Any
) -> None:
    for rule in ("run alter on flag:y", "run alter on flag:x up to 1 lines", "run look on flag:x"):
        inv = investigate([ALTER], report(outcome="no_fault"), policy=f"none; {rule}")
        _scoped(inv, "flag:x")
        await inv.ask("why?", approver=fixed())
        assert world.altered == [] and [s.tool for s in inv.denied] == ["alter"]


async def test_this_kind_is_approved_for_a_while_on_what_it_touched(investigate: Make, report: Any, world: Any) -> None:
    turns = [[("alter", {"title": f"t{n}"})] for n in range(2)]
    inv = investigate(*turns, report(outcome="no_fault"))
    _scoped(inv, "flag:x")
    shown: list[Proposal] = []

    class Kind:
        async def decide(self, p: Proposal) -> Decision:
            shown.append(p)
            return Decision(p.call_id, "approve", p.digest, "panel", "ada", inv.now, grant=True)

    await inv.ask("why?", approver=Kind())
    assert len(shown) == 1 and len(world.altered) == 2
    granted = inv.policy.standing[0]
    assert (granted.rule.words(), granted.by, granted.used) == ("run alter on flag:x for 10m up to 2 lines", "ada", 1)
    assert [(d.channel, d.who, d.rule) for d in _decided(inv)] == [
        ("panel", "ada", granted.rule.words()),
        ("policy", "ada", granted.rule.words()),
    ]


@pytest.mark.parametrize("what", ["call", "digest"])
async def test_a_decision_about_something_else_runs_nothing(
    investigate: Make, report: Any, world: Any, what: str
) -> None:
    inv = investigate([ALTER], report(outcome="no_fault"))

    class Wrong:
        async def decide(self, p: Proposal) -> Decision:
            call, digest = ("other", p.digest) if what == "call" else (p.call_id, "0" * 64)
            return Decision(call, "approve", digest, "panel", "eve", inv.now)

    await inv.ask("why?", approver=Wrong())
    assert world.altered == [] and "something else than what was shown" in inv.steps[0].error


async def test_files_of_what_has_no_hunks_cannot_be_edited(investigate: Make, report: Any, world: Any) -> None:
    inv = investigate([ALTER], report(outcome="no_fault"))

    class Sly:
        async def decide(self, p: Proposal) -> Decision:
            return Decision(
                p.call_id, "edit", p.digest, "panel", "eve", inv.now, dict(p.arguments), files={"f": "mine"}
            )

    await inv.ask("why?", approver=Sly())
    assert world.altered == [] and "cannot be edited" in inv.steps[0].error


async def test_edited_files_that_cannot_be_written_so_are_not_written_at_all(
    investigate: Make, report: Any, world: Any
) -> None:
    inv = investigate([ALTER], report(outcome="no_fault"))
    tool = inv.registry.get("alter")

    async def view(context: Any, arguments: Any) -> ChangeView:
        return ChangeView("t", "", "w", (FileChange("f", "a\n", "b\n", ""),), ("title",), hunks=True)

    # A tool that loses what the person wrote.
    inv.registry.add(Tool(**vars(tool) | {"preview": view, "rewritten": lambda arguments, files: arguments}))

    class Editor:
        async def decide(self, p: Proposal) -> Decision:
            files = {"f": "mine\n"}
            return Decision(p.call_id, "edit", p.digest, "panel", "ada", inv.now, dict(p.arguments), files=files)

    await inv.ask("why?", approver=Editor())
    assert world.altered == [] and "cannot be written as they were left" in inv.steps[0].error


async def test_a_stop_while_a_change_runs_waits_for_its_end_and_keeps_it(
    audited: Make, fixed: Any, report: Any, world: Any
) -> None:
    inv = audited([ALTER], report(outcome="no_fault"))
    tool = inv.registry.get("alter")
    begun = asyncio.Event()

    async def slow(context: Any, arguments: Any) -> Any:
        begun.set()
        await asyncio.sleep(0.2)
        return await tool.handler(context, arguments)

    inv.registry.add(Tool(**vars(tool) | {"handler": slow}))
    running = asyncio.ensure_future(inv.ask("why?", approver=fixed()))
    await begun.wait()
    running.cancel()
    with pytest.raises((Stopped, asyncio.CancelledError)):
        await running
    assert len(world.altered) == 1, "half a change is worse than a late stop"
    assert inv.steps[0].evidence is not None and inv.audit is not None
    assert [e["event"] for e in inv.audit.entries()] == ["decided", "ran"]
    assert any(isinstance(e, ToolFinished) and e.evidence for e in inv.events)


async def test_what_a_person_does_goes_by_the_same_door_and_the_model_reads_of_it(
    audited: Make, fixed: Any, report: Any, world: Any
) -> None:
    from aisre_nb.models.base import ToolCall

    inv = audited(report(outcome="no_fault"))
    approver = fixed()
    step = await inv.act(ToolCall("p1", "alter", {"title": "mine"}), "by hand", approver=approver)
    assert step.evidence is not None and len(approver.shown) == 1 and len(world.altered) == 1
    await inv.ask("and now?", approver=approver)
    texts = [getattr(m, "text", "") for m in inv.model.seen[0].messages]  # type: ignore[attr-defined]
    assert any("by hand" in str(t) for t in texts)
    wrong = await inv.act(ToolCall("p2", "no_such_tool", {}), "", approver=approver)
    assert wrong.evidence is None and "there is no tool" in wrong.error
    assert Policy("read").describe() == inv.policy.describe()


async def test_a_rule_s_times_hold_for_reads_too(investigate: Make, fixed: Any, report: Any, world: Any) -> None:
    turns = [[("look", {"what": f"w{n}"})] for n in range(3)]
    inv = investigate(*turns, report(outcome="no_fault"), policy="ask; run look 2 times")
    approver = fixed("reject")
    await inv.ask("why?", approver=approver)
    assert world.looked == 2 and [p.arguments["what"] for p in approver.shown] == ["w2"]


async def test_a_change_that_ran_is_kept_also_where_the_audit_cannot_be_written_any_more(
    audited: Make, fixed: Any, report: Any, world: Any, tmp_path: Path
) -> None:
    inv = audited([ALTER], report(outcome="no_fault"))
    tool = inv.registry.get("alter")

    async def alter(context: Any, arguments: Any) -> Any:
        (tmp_path / "audit.jsonl").unlink()
        (tmp_path / "audit.jsonl").mkdir()
        return await tool.handler(context, arguments)

    inv.registry.add(Tool(**vars(tool) | {"handler": alter}))
    await inv.ask("why?", approver=fixed())
    assert inv.steps[0].evidence is not None and len(world.altered) == 1
    assert any("the audit does not say so" in getattr(e, "text", "") for e in inv.events)
