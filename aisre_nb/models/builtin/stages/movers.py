"""Where the golden signals are well, or no change of the ill service fits: who else moved, and who first."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_AT_ONCE = timedelta(minutes=4)


def unseen(picture: Picture) -> Step | None:
    """No service's golden signals are off, though somebody complains."""
    if picture.start or picture.question.health or not picture.case.open("find_movers"):
        return None
    who = f"{picture.subject} and its neighbours are" if picture.subject else "all are"
    return Step(
        f"By errors and latency {who} well, so I look for any series that moved: queues, restarts, caches, nodes.",
        (wish("find_movers", since=picture.since),),
    )


def elsewhere(picture: Picture) -> Step | None:
    """The ill service was not changed shortly before: something that it needs may have been."""
    if not picture.focus or not picture.latest or not picture.case.open("find_movers"):
        return None
    own = picture.own_change
    if picture.case.find("get_deployments") is None or (own and picture.latest - own.at <= _AT_ONCE):
        return None
    why = f"Nothing was changed in {picture.focus} right before it began, so I look at who else moved, and who first."
    return Step(why, (wish("find_movers", since=picture.since),))
