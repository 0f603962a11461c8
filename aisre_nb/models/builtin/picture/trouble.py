"""What changes are weighed against: when and where it hurts, who moved, who is well, who keeps it going."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from aisre_nb.analysis.change_ranking import Trouble
from aisre_nb.models.builtin import facts, graph, moved
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.moved import Mover
from aisre_nb.models.builtin.picture.when import Dated

_OFTENER = 1.3
"""Calls for each request, times those of before, to somebody else's service from which on it may be us."""
_RETRIES, _FAILING = 2.5, 0.2
"""Calls for each request, times those of before, and the share of them that fails: one retry is usual, more are not."""
_HOPELESS = 0.5
"""The share of failing requests from which on trying again is in vain."""
_MORE_TRAFFIC = 1.3
_RESOLVES = re.compile(r"dns|resolv|bind9?|unbound", re.IGNORECASE)
_UNRESOLVED = re.compile(
    r"name resolution|getaddrinfo|gaierror|name or service not known|no such host|nxdomain|servfail|eai_again|"
    r"could not resolve|unknown ?host",
    re.IGNORECASE,
)
_QUEUE = re.compile(r"queue|messag|backlog|topic|\blag\b|stream|job", re.IGNORECASE)
_ATTEMPTS = re.compile(r"retr(?:y|ies)|attempts?|deliver(?:y|ies)|requeue|dead.?letter|backoff", re.IGNORECASE)
"""Settings that say how often something that failed is tried again."""
_RESTARTED = re.compile(r"memory|heap|uptime|available|replicas|threads", re.IGNORECASE)
"""What moves with every restart and every new pod, well or not."""


def found(seen: Dated, changes: Sequence[Change]) -> Trouble | None:
    """None while it is not known where it begins, or when."""
    if not seen.focus or not seen.latest:
        return None
    ill = [one for s in seen.chain if (one := seen.symptom(s))]
    hurt = {one.service: one.at + one.step for one in ill}
    series: dict[str, list[datetime]] = {}
    for mover in _telling(seen):
        series.setdefault(mover.symptom.service, []).append(mover.at)
        if mover.hurts and mover.confidence >= moved.SURE:
            until = mover.at + mover.symptom.step
            hurt[mover.symptom.service] = min(hurt.get(mover.symptom.service, until), until)
    # Somebody else's service is not changed by us: what we changed is how it is asked.
    place = seen.witness if seen.foreign else seen.focus
    begun = moved.first(seen.movers, graph.pairs(seen.case))
    first = (begun.symptom.service, begun.at) if begun else None
    spoken = frozenset(c.service for c in changes if _RESOLVES.search(c.service) and _UNRESOLVED.search(seen.errors))
    return Trouble(
        place, seen.latest, hurt, series, _well(seen, hurt), first, spoken, seen.witness, _amplifying(seen, changes)
    )


def _telling(seen: Dated) -> list[Mover]:
    """What moved for a reason that a change may be: neither a new pod, nor less to do, nor more of everything."""
    failing = seen.complaint if seen.complaint and seen.complaint.errors else None
    grown = seen.growth >= _MORE_TRAFFIC
    kept = []
    for mover in seen.movers:
        fell = not mover.hurts and mover.symptom.after < mover.symptom.before
        idle = failing is not None and fell and mover.at + mover.symptom.step > failing.at
        busier = grown and not mover.hurts and not fell
        if not (idle or busier or _RESTARTED.search(mover.symptom.signal)):
            kept.append(mover)
    return kept


def _well(seen: Dated, hurt: Collection[str]) -> frozenset[str]:
    """Who serves requests and shows no change for the worse."""
    serving = {facts.word(r, "service") for r in graph.service_rows(seen.case) if facts.number(r, "requests")}
    well = {s for s in serving if not seen.symptom(s)} - set(hurt) - {seen.focus}
    if _queued(seen):
        # Who takes too little from a queue fails nobody and is as fast as ever.
        well -= {callee for caller, callee in calls(seen) if caller == seen.focus}
    return frozenset(well)


def retrying(seen: Dated) -> set[str]:
    """Those who ask far more often than before for what fails, or try again and again what cannot be done."""
    ill = seen.symptom(seen.focus)
    hopeless = ill is not None and ill.errors and ill.after >= _HOPELESS
    asking = {m.service for m in seen.called_more if m.times >= _RETRIES and m.error_rate >= _FAILING}
    return asking | ({seen.focus} if hopeless else set())


def _amplifying(seen: Dated, changes: Sequence[Change]) -> frozenset[tuple[str, str]]:
    """Settings of how often is tried again, of those who do; any of who asks somebody else's service more often."""
    last = seen.way[-1] if seen.way else None
    asks = last.service if last and last.where == "peer" and last.times >= _OFTENER and seen.foreign else ""
    again = retrying(seen)
    told = (c for c in changes if c.kind == "config")
    told = (c for c in told if c.service == asks or (c.service in again and _ATTEMPTS.search(c.title)))
    return frozenset((c.service, c.title) for c in told)


def calls(seen: Dated) -> list[tuple[str, str]]:
    """Who calls whom; a queue that backs up waits for those who take from it, whom traces show beside it."""
    pairs = graph.pairs(seen.case)
    if not _queued(seen):
        return pairs
    feeding = {caller for caller, callee in pairs if callee == seen.focus}
    beside = {callee for caller, callee in pairs if caller in feeding} - {seen.focus}
    return [*pairs, *((seen.focus, taker) for taker in sorted(beside))]


def _queued(seen: Dated) -> bool:
    return seen.hidden is not None and bool(_QUEUE.search(seen.hidden.signal))
