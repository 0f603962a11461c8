"""What code finds in the evidence against the cause that is named, whatever the claims are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import fact
from aisre_nb.report.report import RootCause
from aisre_nb.report.rows import number

_OF_REQUESTS = ("traces", "trace", "table")
_TWICE = 2
_MOST = 0.5
"""The part of failing requests that must begin elsewhere."""


def against(cause: RootCause, evidence: Mapping[str, Evidence]) -> list[str]:
    """One sentence each: failing requests that begin elsewhere, signals that did not change."""
    return [*_begins_elsewhere(cause, evidence), *_unchanged(cause, evidence)]


def against_no_fault(evidence: Mapping[str, Evidence]) -> list[str]:
    """Signals that got worse, by what the tool found in them."""
    found = []
    for one in evidence.values():
        worst = one.facts.get("worst") if one.kind == "metrics" else None
        signal = fact(one.facts, f"signals.{worst}") if isinstance(worst, str) and worst else None
        if (
            isinstance(signal, Mapping)
            and _direction(signal) == "up"
            and (number(signal.get("confidence")) or 0) >= _MOST
        ):
            found.append(f"{worst} of {one.facts.get('service')} got worse at {signal.get('onset')} in {one.id}")
    return found


def _begins_elsewhere(cause: RootCause, evidence: Mapping[str, Evidence]) -> Iterator[str]:
    """Unless some request that was looked at begins to fail in a blamed service, or is passed on by one.

    What is blamed may serve no requests itself (a database, a node, name resolution): its callers fail first. And
    where they begin in a service whose error rate did not rise, they are the few that fail always.
    """
    if not any(serves(service, evidence) for service in cause.services):
        return
    found: list[tuple[str, str]] = []
    for one in evidence.values():
        origin, share = fact(one.facts, "origin.service"), number(fact(one.facts, "origin.share"))
        if one.kind not in _OF_REQUESTS:
            continue
        known = fact(one.facts, "origin.peer")
        peer = known if isinstance(known, str) else ""
        if any(isinstance(place, str) and place in cause.services for place in (origin, peer)):
            return
        # A call that nobody's span answers may fail at its other end.
        if not peer and one.kind in ("traces", "trace") and isinstance(origin, str) and origin:
            flooded = any((service, origin) in _amplified(evidence) for service in cause.services)
            if (share is None or share >= _MOST) and not flooded and not _as_ever(origin, evidence):
                found.append((one.id, origin))
    if found:
        number_, origin = found[-1]
        yield f"the failing requests of {number_} begin to fail in {origin}, not in {', '.join(cause.services)}"


def _amplified(evidence: Mapping[str, Evidence]) -> set[tuple[str, str]]:
    """Who makes more than twice as many calls as before, to whom: what fails there may fail of these."""
    rows = [row for one in evidence.values() for row in one.facts.get("calls_more") or () if isinstance(row, Mapping)]
    return {(str(r.get("service")), str(r.get("peer"))) for r in rows if (number(r.get("times")) or 0) > _TWICE}


def _unchanged(cause: RootCause, evidence: Mapping[str, Evidence]) -> Iterator[str]:
    """A blamed service was measured, and every signal of it stayed as it was."""
    for service in cause.services:
        if not serves(service, evidence):
            continue
        measured = [one for one in evidence.values() if one.kind == "metrics" and one.facts.get("service") == service]
        moved = [one for one in measured if any(_direction(s) != "flat" for s in _signals(one))]
        if measured and not moved:
            yield f"no signal of {service} changed in {measured[-1].id}"


def serves(service: str, evidence: Mapping[str, Evidence]) -> bool:
    """Requests to it were measured; also where nothing lists the services."""
    lists = [one.facts.get("services") for one in evidence.values() if one.kind == "services"]
    rows = [row for found in lists if isinstance(found, list | tuple) for row in found if isinstance(row, Mapping)]
    return not rows or any(row.get("service") == service and number(row.get("requests")) for row in rows)


def _as_ever(service: str, evidence: Mapping[str, Evidence]) -> bool:
    """Its error rate was measured and did not go up."""
    measured = [one for one in evidence.values() if one.kind == "metrics" and one.facts.get("service") == service]
    rates = [rate for one in measured if (rate := fact(one.facts, "signals.error_rate")) is not None]
    return bool(rates) and not any(_direction(rate) == "up" for rate in rates)


def _signals(evidence: Evidence) -> list[object]:
    signals = evidence.facts.get("signals")
    return list(signals.values()) if isinstance(signals, Mapping) else []


def _direction(signal: object) -> object:
    return signal.get("direction") if isinstance(signal, Mapping) else None
