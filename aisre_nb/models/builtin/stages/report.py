"""Last: the report; once more without what came back; then a closing sentence."""

from __future__ import annotations

from aisre_nb.models.builtin import words
from aisre_nb.models.builtin.case import SUBMIT
from aisre_nb.models.builtin.conclude.draft import draft, summary
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, Wish

_TRIES = 2


def step(picture: Picture, *more: Picture) -> Step:
    """There is always something to say. ``more``: pictures of other faults, each with a cause of its own."""
    said = " ".join(summary(one, judge(one)) for one in (picture, *more))
    tries = [a for a in picture.case.attempts if a.call.name == SUBMIT and a.current]
    if any(not a.error for a in tries) or len(tries) >= _TRIES or SUBMIT not in picture.case.tools:
        return Step(said)
    returned = tries[-1].error if tries else ""
    report = draft(picture, returned, *more).model_dump(mode="json", exclude_defaults=True)
    why = f"I report without what did not hold. {said}" if returned else words.short(said, 400)
    return Step(why, (Wish(SUBMIT, report),))
