"""First: what alerts, and which services there are."""

from __future__ import annotations

from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish


def step(picture: Picture) -> Step | None:
    """Both in one turn: neither needs the other."""
    case = picture.case
    wishes = [wish("get_alerts")] if case.open("get_alerts") else []
    if case.open("get_services"):
        wishes.append(wish("get_services", since=picture.since))
    if not wishes:
        return None
    return Step("I begin with what alerts, and with which services there are and who calls whom.", tuple(wishes))
