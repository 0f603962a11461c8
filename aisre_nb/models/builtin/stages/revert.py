"""Where no rule mends the source: which few parts of the change have to go, by the service's own tests."""

from __future__ import annotations

from aisre_nb.models.builtin.case import PROPOSE
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.plans import Plan, by_rule
from aisre_nb.models.builtin.step import Step, wish


def step(picture: Picture) -> Step | None:
    """Once, for the change that is held to be the cause."""
    change, case = picture.change, picture.case
    if change is None or change.kind != "deployment" or picture.diff is None or PROPOSE not in case.tools:
        return None
    asked = {"service": change.service, "from_version": change.old, "to_version": change.new}
    if not case.open("find_smallest_revert", **asked) or judge(picture).outcome != "root_cause":
        return None
    if isinstance(by_rule(picture), Plan):
        return None
    places = [picture.place] if picture.place and picture.suspect else []
    why = f"No rule mends it, so I try which parts of {change.label} its tests want taken back."
    return Step(why, (wish("find_smallest_revert", **asked, places=places),))
