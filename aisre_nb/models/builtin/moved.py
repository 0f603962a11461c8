"""The series of the whole system that moved, as one call listed them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.symptom import Symptom

_TOGETHER = timedelta(minutes=2)
SURE = 0.7
"""The confidence from which on a movement counts where nothing else is wrong."""
_RESOURCE = re.compile(
    r"cpu|memory|heap|connection|utili[sz]ation|requests?\b|\.count$|replica|available", re.IGNORECASE
)
_SURE_ENOUGH = 0.5
"""The same for a series of a service whose alert fires."""


@dataclass(frozen=True)
class Mover:
    """One series."""

    symptom: Symptom
    labels: str
    hurts: str
    confidence: float

    @property
    def at(self) -> datetime:
        """When it moved."""
        return self.symptom.at


def read(evidence: Evidence) -> list[Mover]:
    """All with a time, in the order of the evidence: those that hurt first."""
    step = timedelta(seconds=facts.number(evidence.facts, "step_seconds") or 60.0)
    found = []
    for nth, row in enumerate(facts.rows(evidence.facts, "movers")):
        before, after = facts.number(row, "before"), facts.number(row, "after")
        onset, peak = facts.word(row, "onset"), facts.number(row, "peak")
        if before is None or after is None or facts.time(onset) is None:
            continue
        peak = after if peak is None else peak
        name, service = facts.word(row, "metric"), facts.word(row, "service")
        moved = Symptom(
            service, evidence.id, name, before, after, peak, onset, step, f"movers.{nth}", facts.word(row, "labels")
        )
        confidence = facts.number(row, "confidence") or 0.0
        found.append(Mover(moved, facts.word(row, "labels"), facts.word(row, "hurts"), confidence))
    return found


def telling(
    movers: Sequence[Mover], near: Sequence[str], alerting: Sequence[str], calls: Sequence[tuple[str, str]] = ()
) -> Symptom | None:
    """What is wrong where errors and latency are well: of the services asked about, of those that alert, of any.

    A series hurts by its name; of a service that alerts, whatever moved is a symptom. Of several that moved together,
    the one that calls none of the others is where it begins.
    """
    sure = [m for m in movers if m.hurts and m.confidence >= SURE]
    for names in (near, alerting):
        if mine := [m for m in sure if m.symptom.service in names]:
            return _deepest(mine, sure, calls).symptom
    if sure:
        return _deepest(sure, sure, calls).symptom
    # What traffic and restarts move all the time is no symptom by itself.
    own = [m for m in movers if m.symptom.service in alerting and m.confidence >= _SURE_ENOUGH]
    mine = [m for m in own if not _RESOURCE.search(m.symptom.signal)]
    return max(mine, key=lambda m: m.confidence).symptom if mine else None


def first(movers: Sequence[Mover], calls: Sequence[tuple[str, str]]) -> Mover | None:
    """Where it begins, of all that surely hurts: the first; of those at the same time, who calls none of the others."""
    sure = [m for m in movers if m.hurts and m.confidence >= SURE]
    if not sure:
        return None
    begun = min(m.at for m in sure)
    together = [m for m in sure if m.at - begun <= _TOGETHER]
    names = {m.symptom.service for m in together}
    passing = {caller for caller, callee in calls if caller != callee and callee in names}
    return next((m for m in together if m.symptom.service not in passing), together[0])


def _deepest(mine: Sequence[Mover], sure: Sequence[Mover], calls: Sequence[tuple[str, str]]) -> Mover:
    """Of these, and of those that they call, who moved in the same way at the same time and passes nothing on."""
    begun = min(mine, key=lambda m: m.at)
    together = [m for m in sure if abs(m.at - begun.at) <= _TOGETHER and m.hurts == begun.hurts]
    near = {m.symptom.service for m in mine}
    for _ in together:
        near |= {callee for caller, callee in calls if caller in near}
    return first([m for m in together if m.symptom.service in near], calls) or begun
