"""The way from an ill service along its calls, as one call followed it over all traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.symptom import Symptom

_CLEAR = 0.4
"""A part of the change below which a hop is no more than a guess."""


@dataclass(frozen=True)
class Hop:
    """One service on the way."""

    evidence: str
    nth: int
    by: str
    """``"latency"`` or ``"errors"``."""
    service: str
    where: str
    """``"itself"``, ``"peer"``, ``"between"`` or ``"called"``; see `analysis.flow.Where`."""
    peer: str
    operation: str
    share: float
    before: float
    after: float
    times: float

    @property
    def after_path(self) -> str:
        """Where the evidence's facts hold `after`."""
        return f"hops.{self.nth}.after_{'ms' if self.by == 'latency' else 'error_rate'}"

    @property
    def clear(self) -> bool:
        """Most of what got worse is there."""
        return self.share >= _CLEAR


@dataclass(frozen=True)
class More:
    """A call that is made more often for each request than before."""

    evidence: str
    nth: int
    service: str
    operation: str
    peer: str
    times: float
    count: int
    error_rate: float


def read(evidence: Evidence) -> list[Hop]:
    """The hops, the first one at the service that was asked about."""
    by = facts.word(evidence.facts, "by")
    unit = "ms" if by == "latency" else "error_rate"
    return [
        Hop(
            evidence.id, nth, by, facts.word(row, "service"), facts.word(row, "where"),
            facts.word(row, "peer"), facts.word(row, "operation"), facts.number(row, "share") or 0.0,
            facts.number(row, f"before_{unit}") or 0.0, facts.number(row, f"after_{unit}") or 0.0,
            facts.number(row, "times") or 1.0,
        )
        for nth, row in enumerate(facts.rows(evidence.facts, "hops"))
    ]  # fmt: skip


def more(evidence: Evidence) -> list[More]:
    """What is called more often, the most calls first."""
    return [
        More(
            evidence.id, nth, facts.word(row, "service"), facts.word(row, "operation"), facts.word(row, "peer"),
            facts.number(row, "times") or 1.0, int(facts.number(row, "count") or 0),
            facts.number(row, "error_rate") or 0.0,
        )
        for nth, row in enumerate(facts.rows(evidence.facts, "calls_more"))
    ]  # fmt: skip


def fewer(evidence: Evidence, service: str) -> Symptom | None:
    """A step that a service leaves out of many of its requests since; None where it takes all it took."""
    onset = facts.word(evidence.facts, "onset")
    for nth, row in enumerate(facts.rows(evidence.facts, "calls_less")):
        after = facts.number(row, "after")
        if facts.word(row, "service") == service and after is not None and facts.time(onset):
            signal = f"calls of {facts.word(row, 'operation')} for each request"
            path = f"calls_less.{nth}"
            return Symptom(service, evidence.id, signal, 1.0, after, after, onset, timedelta(minutes=1), path)
    return None


def services(way: Sequence[Hop]) -> list[str]:
    """Those on the way that answer for it: each but the last passes it on. A hop that is a guess ends it."""
    found: list[str] = []
    for hop in way:
        found.append(hop.service)
        if hop.where == "peer" and hop.clear:
            found.append(hop.peer)
        if hop.where != "called" or not hop.clear:
            break
    return list(dict.fromkeys(found))
