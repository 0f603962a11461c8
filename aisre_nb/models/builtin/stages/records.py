"""Fourth: what the service itself says about it."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_LEAD = timedelta(minutes=30)
"""How much of the time before the onset is looked at, to know which patterns are new."""


def step(picture: Picture) -> Step | None:
    """The logs of the failing operation; where these hold no exception, all of the service's."""
    focus, case = picture.witness, picture.case
    if not focus:
        return None
    since, onset = picture.before_onset(_LEAD), picture.onset or None
    traces = picture.traces
    endpoint = facts.word(traces.facts, "endpoint") if traces and traces.arguments.get("service") == focus else ""
    if endpoint and case.open("get_logs", service=focus, operation=endpoint):
        why = f"{endpoint} is what fails most, so I read what {focus} logs there, new patterns first."
        return Step(why, (wish("get_logs", service=focus, operation=endpoint, since=since, onset=onset),))
    if picture.failure is None and case.open("get_logs", service=focus, operation=None):
        how = " as a whole, as these hold no exception" if endpoint else ", new patterns first"
        why = f"I read the logs of {focus}{how}."
        return Step(why, (wish("get_logs", service=focus, since=since, onset=onset),))
    return None
