"""Third: from the ill service along its calls, over all traces."""

from __future__ import annotations

from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_WHY = {
    "latency": "Where is the time of {} added? I follow its calls over all traces, before and since {}.",
    "errors": "Where do the failures of {} begin? I follow its calls over all traces, before and since {}.",
}


def step(picture: Picture) -> Step | None:
    """Once for the service where it shows."""
    from aisre_nb.models.builtin.words import clock

    begun = picture.shown
    if begun is None or picture.hidden or not picture.case.open("follow_calls", service=picture.start):
        return None
    by = "latency" if begun.slow else "errors"
    why = _WHY[by].format(picture.start, clock(begun.onset))
    return Step(why, (wish("follow_calls", service=picture.start, onset=begun.onset, by=by),))
