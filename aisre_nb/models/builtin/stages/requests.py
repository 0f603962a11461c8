"""Third: which requests fail, and where in them the failure starts."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_LEAD = timedelta(minutes=10)
"""How much of the time before the onset is looked at, for healthy requests to compare with."""

_GROWN = 1.3
"""Times as many requests as before from which on it is asked what they consist of."""
_FAILING = "Which requests to {} fail, and where do they start to fail?"
_SLOW = "Which requests to {} are slow, and where do they lose time?"


def step(picture: Picture) -> Step | None:
    """The focus's failing requests; then one of them beside a healthy one."""
    focus, case = picture.witness, picture.case
    # A queue or a cache has no failing requests; those of its service would be others.
    if not focus or picture.hidden:
        return None
    if case.open("get_traces", service=focus):
        slow = picture.complaint is not None and picture.complaint.slow
        since = picture.before_onset(_LEAD)
        why = _SLOW if slow else _FAILING
        return Step(
            why.format(focus), (wish("get_traces", service=focus, status="any" if slow else "error", since=since),)
        )
    if picture.traces is None or not case.open("get_trace"):
        return None
    failing = facts.word(picture.traces.facts, "failing.trace_id")
    healthy = facts.word(picture.traces.facts, "healthy.trace_id")
    if not failing:
        return None
    beside = " beside a healthy one of the same operation" if healthy else ""
    return Step(
        f"I look into one failing request{beside}.", (wish("get_trace", trace_id=failing, compare_with=healthy),)
    )


def compared(picture: Picture) -> Step | None:
    """Bad requests beside good ones, by their attributes: of the deepest service on the way that has requests."""
    begun = picture.shown
    if begun is None or picture.hidden or not picture.way:
        return None
    by, deepest = picture.way[-1].by, picture.way[-1].service
    # What grew is seen where it comes in.
    entrance = [picture.entrance] if picture.growth >= _GROWN else []
    services = [s for s in (deepest, *entrance) if picture.case.open("compare_requests", service=s)]
    if not services:
        return _gate(picture)
    service = services[0]
    bad = "slow" if by == "latency" else "failing"
    why = f"What have the {bad} requests of {service} in common that others have not?"
    return Step(why, (wish("compare_requests", service=service, onset=begun.onset, by=by),))


def _gate(picture: Picture) -> Step | None:
    """Where a flood could be held back, as far as it was not looked at."""
    told = picture.condition
    if told is None or told.kind != "traffic" or not told.services:
        return None
    gate = told.services[0]
    if picture.metrics(gate) is not None or not picture.case.open("get_metrics", service=gate):
        return None
    why = f"One client brought the growth; I look at {gate}, where it could be held back."
    return Step(why, (wish("get_metrics", service=gate, since=picture.since),))
