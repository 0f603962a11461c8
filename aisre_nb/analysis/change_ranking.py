"""Which change fits a symptom: by time, by its place in the call graph, and by what it explains.

The three are those that Google's "Site Reliability Engineering" (Beyer et al., 2016, chapter 12) and the studies of
change-induced incidents (Zhao et al., "Identifying bad software changes via multimodal anomaly detection", FSE 2021)
weigh by hand; their product is a score between 0 and 1, no probability.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_AT_ONCE = timedelta(minutes=2)
_FADES = timedelta(minutes=6)
"""A fault that a change brings shows at once, or within few minutes; the score falls by e in this time."""
_BUILDS_UP = timedelta(minutes=20)
_SAME_TIME = timedelta(minutes=3)
_BUCKET = timedelta(minutes=1)
"""How much later than the beginning of its bucket a series may have moved."""
_FIRST = 2.0
"""How much more a change counts after which the first series of all moved, and of the same service."""
_AMPLIFIED = 2.0
"""How much more a change counts of a service that asks again and again for what fails: it keeps the trouble going."""
_AMPLIFIES_FOR = timedelta(hours=1)
"""A change that amplifies trouble may wait so long for the first trouble."""
_SELF, _MOVED, _CALLED, _OUTSIDE, _CALLER, _ELSEWHERE = 1.0, 0.9, 0.8, 0.6, 0.5, 0.1
"""How much the place alone says: the ill service itself, one that moved itself, one that it calls, something that is
no service of the graph (a job, a node, name resolution), one that calls it, any other."""
_AUTOSCALER, _STATE = 0.3, 0.9
_EFFECTS = re.compile(
    r"back-?off|unhealthy|probe|killing|oom|evict|marking for deletion|nodes are available|scheduled|pulled|created|"
    r"started|timed out progressing|pulling",
    re.IGNORECASE,
)
"""What Kubernetes reports of pods that suffer already."""


@dataclass(frozen=True)
class Changed:
    """One change or event."""

    at: datetime
    kind: str
    service: str
    title: str


@dataclass(frozen=True)
class Fit:
    """How well a change fits."""

    nth: int
    """Its place among the changes that were given."""
    score: float
    place: str
    """``"itself"``, ``"moved"``, ``"called"``, ``"outside"``, ``"caller"`` or ``"elsewhere"``."""
    gap: timedelta
    """From the change to the first thing that it would explain."""


@dataclass(frozen=True)
class Trouble:
    """What is to be explained."""

    service: str
    """Where the trouble starts, as far as is known."""
    latest: datetime
    """The last instant at which its cause may have happened."""
    hurt: Mapping[str, datetime]
    """Every service that is hurt, and when that began."""
    moved: Mapping[str, Sequence[datetime]]
    """When series of a service moved, in whatever way."""
    well: frozenset[str] = frozenset()
    """Services that serve requests of which none is known to suffer: what they went through did no harm."""
    first: tuple[str, datetime] | None = None
    """Which service a series that hurts moved of first, and when."""
    spoken: frozenset[str] = frozenset()
    """Services that the errors themselves speak of."""
    witness: str = ""
    """Who waits for, or fails by, the ill service directly: how it asks may be what is wrong."""
    amplifying: frozenset[tuple[str, str]] = frozenset()
    """Service and title of changes of how often is asked, where far more is asked than before."""


def is_effect(kind: str, title: str) -> bool:
    """It reports what befell a pod, rather than what was done to the system."""
    return kind == "k8s_event" and bool(_EFFECTS.search(title))


def fits(changes: Sequence[Changed], trouble: Trouble, calls: Iterable[tuple[str, str]]) -> list[Fit]:
    """The changes that may have brought it, the best first. ``calls``: caller and callee; cycles do no harm."""
    below: dict[str, set[str]] = {}
    above: dict[str, set[str]] = {}
    for caller, callee in calls:
        below.setdefault(caller, set()).add(callee)
        above.setdefault(callee, set()).add(caller)
    known = set(below) | set(above)
    under, over = _reach(trouble.service, below), _reach(trouble.service, above)
    hurt = set(trouble.hurt)
    found = []
    for nth, change in enumerate(changes):
        if is_effect(change.kind, change.title):
            continue
        latest = _latest(change, trouble)
        if change.at > latest:
            continue
        passes = _reach(change.service, below) & hurt and _reach(change.service, above) & hurt
        place, weight = _place(change, trouble, known, under, over, well=change.service in trouble.well and not passes)
        if place in ("moved", "itself") and latest - change.at <= _BUILDS_UP:
            # Its own series moved at once: what it hurts may take its time, as a queue does.
            own = [at for at in trouble.moved.get(change.service, ()) if at + _BUCKET >= change.at]
            latest = min([latest, *(max(at, change.at) for at in own)])
        gap = latest - change.at
        time = math.exp(-max((gap - _AT_ONCE) / _FADES, 0.0))
        share = _explained(change.service, trouble, known, below, above)
        kind = _STATE if change.kind == "k8s_event" else _AUTOSCALER if change.kind == "scale" else 1.0
        if trouble.first and change.service == trouble.first[0]:
            kind *= _FIRST if -_BUCKET <= trouble.first[1] - change.at <= _SAME_TIME else 1.0
        if change.service in trouble.spoken:
            weight, kind = _SELF, kind * _FIRST
        keeps_going = (change.service, change.title) in trouble.amplifying
        if keeps_going and gap <= _AMPLIFIES_FOR:
            time, weight, share, kind = 1.0, _SELF, 1.0, _AMPLIFIED
        found.append(Fit(nth, time * weight * kind * (0.5 + 0.5 * share), place, latest - change.at))
    return sorted(found, key=lambda fit: (-fit.score, fit.gap))


def _latest(change: Changed, trouble: Trouble) -> datetime:
    """A service that fell ill before the others is judged by its own beginning."""
    own = trouble.hurt.get(change.service)
    return min(own, trouble.latest) if own and own >= change.at else trouble.latest


def _place(
    change: Changed, trouble: Trouble, known: set[str], under: set[str], over: set[str], *, well: bool
) -> tuple[str, float]:
    """``well``: it suffers nothing, and does not stand between two that do."""
    service = change.service
    if service == trouble.service:
        return "itself", _SELF
    near = any(-_BUCKET <= at - change.at <= _SAME_TIME for at in trouble.moved.get(service, ()))
    if service == trouble.witness:
        return "caller", _MOVED
    passed_on = service in over and service in trouble.hurt and trouble.hurt[service] + _BUCKET >= trouble.latest
    if passed_on and not near:
        return "caller", _CALLER
    if service in trouble.hurt or near:
        return "moved", _MOVED
    if well:
        return "elsewhere", _ELSEWHERE
    if service in under:
        return "called", _CALLED
    if service not in known:
        return "outside", _OUTSIDE
    return ("caller", _CALLER) if service in over else ("elsewhere", _ELSEWHERE)


def _explained(
    service: str, trouble: Trouble, known: set[str], below: Mapping[str, set[str]], above: Mapping[str, set[str]]
) -> float:
    """The part of the hurt services that it can have hurt: itself, all who wait for it, and whom it floods."""
    if service not in known or not trouble.hurt:
        return 1.0
    reached = _reach(service, above) | {service} | below.get(service, set())
    return sum(name in reached for name in trouble.hurt) / len(trouble.hurt)


def _reach(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for name in edges.get(todo.pop(), ()):
            if name not in seen and name != start:
                seen.add(name)
                todo.append(name)
    return seen
