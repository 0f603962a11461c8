"""Back to a step with something else: the prefix is there, what did not change is not asked again, the rest is live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aisre_nb.errors import ToolError, UsageError
from aisre_nb.models.base import AssistantMessage, ResultsMessage
from aisre_nb.record.branches import Run, compare
from aisre_nb.record.events import Forked, Noted, ToolFinished
from aisre_nb.record.record import Record
from aisre_nb.session.forking import Twist, forked, run
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.watcher import Nobody

Make = Callable[..., Investigation]
TURNS = (
    [("look", {"what": "a"}), ("look", {"what": "b"})],
    [("look", {"what": "c"})],
    [("look", {"what": "d"})],
)
CLAIM = {
    "text": "There are three rows.",
    "evidence": ["E1"],
    "essential": True,
    "check": {"kind": "value", "evidence": "E1", "column": "rows", "expected": 3},
}


async def _mother(investigate: Make, fixed: Any, report: Any, *more: Any) -> Investigation:
    inv = investigate(*TURNS, *more, report(CLAIM))
    await inv.ask("why?", approver=fixed())
    return inv


async def _branch(mother: Investigation, approver: Any, turns: list[Any], **twist: Any) -> Investigation:
    model = type(mother.model)(list(turns))
    told = Twist(**{"model": model, **twist})
    inv, found = forked(mother, "mother", told, mother.sources, mother.registry)
    await run(inv, found, told, mother, approver, Nobody())
    assert inv.record is not None
    inv.record.close()
    return inv


async def test_another_argument_runs_and_what_did_not_change_is_not_asked_again(
    investigate: Make, fixed: Any, report: Any, world: Any
) -> None:
    mother = await _mother(investigate, fixed, report)
    before, told = world.looked, len(mother.events)
    turns = [[("look", {"what": "d"})], [("look", {"what": "new"})], report(CLAIM)]
    inv = await _branch(mother, fixed(), turns, step=3, arguments={"what": "c", "rows": 7})
    # The forked call and the new one; d is the mother's.
    assert world.looked == before + 2 and len(mother.events) == told
    assert [(s.n, s.arguments["what"]) for s in inv.steps] == [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "new")]
    assert inv.report is not None and inv.report.outcome == "root_cause"
    assert len(inv.evidence["E3"].df) == 7 and inv.evidence["E1"].digest == mother.evidence["E1"].digest
    assert isinstance(inv.events[0], Forked) and inv.events[0].record == "mother" and "rows" in inv.events[0].what
    kept = Record.load(inv.record.folder)
    assert [e.type for e in kept.events] == [e.type for e in inv.events] and kept.question == "why?"
    assert kept.evidence("E3").df.equals(inv.evidence["E3"].df)


async def test_the_model_reads_the_conversation_as_it_was_with_the_new_result(
    investigate: Make, fixed: Any, report: Any
) -> None:
    mother = await _mother(investigate, fixed, report)
    inv = await _branch(mother, fixed(), [report(CLAIM)], step=2, arguments={"what": "other"})
    seen = inv.model.seen[0].messages
    assert [type(m).__name__ for m in seen] == ["UserMessage", "AssistantMessage", "ResultsMessage"]
    assert isinstance(seen[1], AssistantMessage) and isinstance(seen[2], ResultsMessage)
    assert [c.arguments["what"] for c in seen[1].calls] == ["a", "other"]
    assert "a" in seen[2].results[0].text and "other" in seen[2].results[1].text
    # Beside it stays what was read at the same time; its own result has a number that nothing else has.
    assert set(inv.evidence) == {"E1", "E2"} and inv.evidence["E2"].title == "other"


async def test_an_answer_by_hand_is_marked_as_that(investigate: Make, fixed: Any, report: Any, world: Any) -> None:
    mother = await _mother(investigate, fixed, report)
    before = world.looked
    inv = await _branch(mother, fixed(), [report(CLAIM)], step=3, answer="c is down, says ada")
    assert world.looked == before
    found = inv.evidence["E3"]
    assert (found.kind, found.tool) == ("text", "look") and "by" in found.facts and "c is down" in found.text
    assert "c is down" in inv.model.seen[0].messages[-1].results[0].text


async def test_another_model_decides_from_that_step_on(investigate: Make, fixed: Any, report: Any) -> None:
    mother = await _mother(investigate, fixed, report)
    inv = await _branch(mother, fixed(), [report(CLAIM)], step=3)
    assert [s.n for s in inv.steps] == [1, 2] and inv.report is not None
    assert isinstance(inv.model.seen[0].messages[-1], ResultsMessage)


async def test_a_decision_may_be_another_one_and_nothing_runs_unasked(
    investigate: Make, fixed: Any, report: Any, world: Any
) -> None:
    change = [("alter", {"title": "t"})]
    mother = await _mother(investigate, fixed, report, change)
    assert len(world.altered) == 1
    inv = await _branch(mother, fixed(), [report(CLAIM)], step=5, verdict="reject", reason="not now")
    assert len(world.altered) == 1
    assert inv.steps[-1].decision is not None and inv.steps[-1].decision.verdict == "reject"
    assert "not now" in inv.model.seen[0].messages[-1].results[0].text
    approver = fixed("reject")
    again = await _branch(mother, approver, [report(CLAIM)], step=5, verdict="approve")
    # It was shown and asked for: somebody said no.
    assert len(approver.shown) == 1 and len(world.altered) == 1 and again.steps[-1].error
    await _branch(mother, fixed(), [report(CLAIM)], step=5, verdict="approve")
    assert len(world.altered) == 2


async def test_what_the_mother_was_allowed_is_not_the_branchs(
    investigate: Make, fixed: Any, report: Any, world: Any
) -> None:
    change = [("alter", {"title": "t"})]
    mother = investigate(*TURNS, change, report(CLAIM), policy="all", approve="all")
    await mother.ask("why?", approver=fixed("reject"))
    assert len(world.altered) == 1
    approver = fixed("reject")
    await _branch(mother, approver, [change, report(CLAIM)], step=3, arguments={"what": "x"})
    assert len(approver.shown) == 1 and len(world.altered) == 1


async def test_what_the_mother_changed_meanwhile_is_said(
    investigate: Make, fixed: Any, report: Any, registry: Any
) -> None:
    from dataclasses import replace

    registry.add(replace(registry.get("alter"), moves=True))
    mother = await _mother(investigate, fixed, report, [("alter", {"title": "t"})])
    inv = await _branch(mother, fixed(), [report(CLAIM)], step=1, arguments={"what": "x"})
    assert any(isinstance(e, Noted) and "since then alter ran" in e.text for e in inv.events)


@pytest.mark.parametrize(
    ("twist", "said"),
    [
        ({"step": 99, "answer": "x"}, "there is no step 99"),
        ({"step": 1, "model": None}, "not said what is another"),
        ({"step": 1, "verdict": "reject"}, "is no change"),
    ],
)
async def test_what_cannot_be_forked_is_one_line(
    investigate: Make, fixed: Any, report: Any, twist: Any, said: str
) -> None:
    mother = await _mother(investigate, fixed, report)
    with pytest.raises(UsageError, match=said):
        forked(mother, "m", Twist(**twist), mother.sources, mother.registry)
    with pytest.raises(ToolError, match="rows"):
        forked(mother, "m", Twist(1, {"rows": "many"}), mother.sources, mother.registry)
    assert not [e for e in mother.events if isinstance(e, Forked)]


async def test_two_runs_beside_each_other(investigate: Make, fixed: Any, report: Any) -> None:
    mother = await _mother(investigate, fixed, report)
    turns = [[("look", {"what": "new"})], report()]
    inv = await _branch(mother, fixed(), [*turns, report()], step=3, arguments={"what": "c", "rows": 7})
    found = compare(Run("mother", mother.events), Run("branch", inv.events))
    assert [pair.kind for pair in found.steps] == ["same", "same", "changed", "changed"]
    assert "rows 3 → 7" in found.steps[2].call and found.fork.startswith("at step 3: look")
    outcome = {what: (a, b) for what, a, b in found.outcomes}
    assert outcome["outcome"] == ("root_cause", "inconclusive") and outcome["steps"] == ("4", "4")
    assert outcome["claims"][0].startswith("1 passed")
    alone = compare(Run("a", mother.events), Run("b", [e for e in mother.events if not isinstance(e, ToolFinished)]))
    assert [pair.kind for pair in alone.steps] == ["only first"] * 4 and alone.fork == ""
    same = compare(Run("a", mother.events), Run("b", mother.events))
    assert {pair.kind for pair in same.steps} == {"same"} and all(a == b for _, a, b in same.outcomes)
