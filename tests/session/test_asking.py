"""A tool that runs asks the person for values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.errors import Stopped
from aisre_nb.evidence.change import ChangeView
from aisre_nb.evidence.result import ToolResult
from aisre_nb.record.events import Decided
from aisre_nb.session.investigation import Investigation
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.tool import Tool, ToolContext

Make = Callable[..., Investigation]
VIEW = ChangeView("Which cluster?", "It is sent.", "server x", editable=("name",))
ANSWERS: list[Any] = []


class Nothing(Arguments):
    """No arguments."""


async def _wonders(context: ToolContext, given: Nothing) -> ToolResult:
    assert context.ask is not None
    ANSWERS.append(await context.ask(VIEW, {"name": "", "kept": "as it is"}, ""))
    return ToolResult("text", "x", "x", text=str(ANSWERS[-1]))


@pytest.fixture
def asked(investigate: Make) -> Callable[..., Investigation]:
    def make(*turns: Any, **options: Any) -> Investigation:
        ANSWERS.clear()
        inv = investigate([("wonders", {})], *turns, **options)
        inv.registry.add(Tool("wonders", "Wonders.", Nothing, _wonders))
        return inv

    return make


async def test_the_answer_is_what_was_left_and_is_kept(asked: Make, fixed: Any, report: Any) -> None:
    inv = asked(report(outcome="no_fault"))
    await inv.ask("why?", approver=(ada := fixed("edit", {"name": "prod", "kept": "changed"})))
    # Nothing but what the card offers may be another one.
    assert ANSWERS == [{"name": "prod", "kept": "as it is"}]
    assert ada.shown[0].why == "while wonders runs (step 1)"
    [decided] = [event for event in inv.events if isinstance(event, Decided)]
    assert (decided.n, decided.final) == (0, {"name": "prod", "kept": "as it is"}) and inv.budget.waited == 2.0
    assert inv.steps[0].decision is None


@pytest.mark.parametrize("policy", ["read", "all"])
async def test_no_policy_answers_for_a_person(policy: str, asked: Make, report: Any) -> None:
    inv = asked(report(outcome="no_fault"), policy=policy)
    await inv.ask("why?", approver=AutomaticApprover(inv.policy, "nobody"))
    assert ANSWERS == [None]


async def test_to_stop_there_stops_the_investigation(asked: Make, fixed: Any) -> None:
    inv = asked()
    with pytest.raises(Stopped):
        await inv.ask("why?", approver=fixed("stop"))
    assert ANSWERS == [None]
