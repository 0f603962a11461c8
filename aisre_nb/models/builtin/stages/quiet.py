"""A service that is asked about fails nobody and is as fast as ever: whether a change made it leave a step out."""

from __future__ import annotations

from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish


def step(picture: Picture) -> Step | None:
    """Its last change, and its calls before and since."""
    case, named = picture.case, picture.named
    quiet = named and picture.metrics(named) and not picture.sick(named) and not picture.question.health
    if not quiet or case.find("find_movers") is None or (picture.hidden and picture.hidden.service == named):
        return None
    if case.open("get_deployments"):
        return Step(f"{named} fails nobody. Was it changed?", (wish("get_deployments", since=picture.since),))
    change = picture.changed_last
    if change is None or not case.open("follow_calls", service=named):
        return None
    why = f"{change.label} may have made it leave something out, so I compare its calls before and since."
    return Step(why, (wish("follow_calls", service=named, onset=change.time, by="errors"),))
