"""Fifth: what was changed before it began."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin import words
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_LEAD = timedelta(hours=6)


def step(picture: Picture) -> Step | None:
    """All services' changes: those of others are the competing hypotheses."""
    if not picture.focus or not picture.case.open("get_deployments"):
        return None
    when = f"shortly before {words.clock(picture.onset)}" if picture.onset else "lately"
    return Step(f"What was deployed {when}?", (wish("get_deployments", since=picture.before_onset(_LEAD)),))
