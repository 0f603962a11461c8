"""Seventh: the pull requests, one a turn; each is decided by a person."""

from __future__ import annotations

from collections.abc import Callable

from aisre_nb.models.builtin.case import PROPOSE
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.plans import Plan, fix, rollback
from aisre_nb.models.builtin.step import Step, wish

_WHY = {
    "rollback": "{} brought it, so I propose to set the deployment back; you decide.",
    "fix": "The diff of {} shows how to mend it, so I propose that as well; you decide.",
}
_PLANS: tuple[Callable[[Picture], Plan | str], ...] = (rollback, fix)


def step(picture: Picture) -> Step | None:
    """The next proposal that was not made before."""
    if PROPOSE not in picture.case.tools or judge(picture).outcome != "root_cause":
        return None
    for plan in (make(picture) for make in _PLANS):
        if isinstance(plan, Plan) and not _made(picture, plan):
            return propose(picture, plan)
    return None


def propose(picture: Picture, plan: Plan) -> Step:
    """The call for one plan."""
    label = picture.change.label if picture.change else picture.focus
    return Step(
        _WHY[plan.kind].format(label),
        (wish(PROPOSE, kind=plan.kind, title=plan.title, body=plan.body, edits=plan.edits, evidence=plan.evidence),),
    )


def _made(picture: Picture, plan: Plan) -> bool:
    """It was opened or refused before, or failed with these very edits. A refusal holds for the whole conversation."""
    before = [a for a in picture.case.attempts if a.call.name == PROPOSE]
    same = [a for a in before if a.call.arguments.get("title") == plan.title]
    return any(not a.error or a.refused or a.call.arguments.get("edits") == plan.edits for a in same)
