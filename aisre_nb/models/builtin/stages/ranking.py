"""Where nothing alerts and nothing was changed: all services compared with the time before, and the first looked at."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin import facts, ranking
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish
from aisre_nb.times import rfc3339

_LEAD = timedelta(minutes=10)


def early(picture: Picture) -> Step | None:
    """Where there are neither alerts nor changes to go by; a short trouble shows in no service's course."""
    case = picture.case
    if picture.question.health or "rank_services" not in case.tools or case.find("get_alerts") is not None:
        return None
    if case.open("get_deployments"):
        why = "There are no alerts to begin with, so I ask what was changed."
        return Step(why, (wish("get_deployments", since=picture.since),))
    return None if picture.changes else _compared(picture) or _looked_at(picture)


def late(picture: Picture) -> Step | None:
    """Where the signals and the movers gave no answer, and it was asked what was changed: nothing."""
    case = picture.case
    if picture.question.health or picture.changes or "rank_services" not in case.tools:
        return None
    return None if case.open("get_deployments") else _compared(picture)


def _compared(picture: Picture) -> Step | None:
    if not picture.case.open("rank_services"):
        return None
    start = picture.question.start
    why = "Nothing that was changed is known, so I compare all services with the time before: latency, steps, logs."
    return Step(why, (wish("rank_services", onset=rfc3339(start) if start else None),))


def _looked_at(picture: Picture) -> Step | None:
    """The first candidate's own requests and lines, where it is likely."""
    found, case = ranking.read(picture.case), picture.case
    if found is None or not found.held:
        return None
    service, at = found.candidates[0].service, facts.time(found.onset)
    since = rfc3339(at - _LEAD) if at else None
    wishes = [wish("get_logs", service=service, since=since)] if case.open("get_logs", service=service) else []
    if case.open("get_traces", service=service):
        wishes.append(wish("get_traces", service=service, status="any", since=since))
    return (
        Step(f"{service} is the likeliest, so I look at its lines and its requests.", tuple(wishes)) if wishes else None
    )
