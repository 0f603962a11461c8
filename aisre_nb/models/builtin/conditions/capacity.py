"""No more capacity: more is asked of a service than it has processors for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.models.builtin.picture.blamed import Blamed


_LIMITS = re.compile(r"max|limit|replica|cpu|memory|pool|worker|thread|concurren|consumer|quota|size", re.IGNORECASE)
"""Settings of how much a service may use."""
_FULL, _BUSY = 0.9, 0.6
"""The share of a resource that is used at the worst, and on the whole, from which on more work has to wait."""
_GROWN = 1.3
"""Requests, times those of before, from which on there are more."""


def capacity(picture: Blamed) -> Condition | None:
    """A service whose processors are all in use since more was asked of it."""
    compared = picture.comparisons[0] if picture.comparisons else None
    used = [m for m in picture.movers if re.search("utili[sz]ation", m.symptom.signal)]
    full = [m for m in used if _share(m.symptom.peak) >= _FULL and _share(m.symptom.after) >= _BUSY]
    near = [m for m in full if m.symptom.service in (*picture.chain, picture.subject, picture.named)]
    if not near:
        return None
    first = min(near, key=lambda m: m.at)
    service, by = first.symptom.service, words.signal(first.symptom.signal)
    routes = [(n, g) for n, g in enumerate(facts.rows(compared.facts, "grown") if compared else [])
              if re.search("route|operation", facts.word(g, "key"))]  # fmt: skip
    asked = facts.word(routes[0][1], "value") if routes else ""
    if not asked and picture.growth < _GROWN:
        return None
    traffic = f"traffic of {asked} grew" if asked else f"traffic of {service} grew"
    where = {"service": service, "metric": first.symptom.signal}
    proofs = [
        Proof(f"{service}: {words.rose(first.symptom)}.", first.symptom.evidence,
              Check(kind="value", evidence=first.symptom.evidence, column="after", where=where,
                    expected=first.symptom.after)),
    ]  # fmt: skip
    if routes and compared:
        nth, one = routes[0]
        after = facts.number(one, "after") or 0.0
        check = Check(kind="value", evidence=compared.id, column=f"grown.{nth}.after", expected=after)
        proofs.append(Proof(f"{after:.0%} of its requests are {asked}.", compared.id, check))
    limit = _limited(picture, service, first.at)
    if limit is not None:
        return Condition(
            "capacity", (service,), limit.label, tuple(proofs), f"Set {service} back to {limit.old}.", limit,
        )  # fmt: skip
    return Condition(
        "capacity", (service,), f"{traffic}, and {service}'s processors are saturated ({by})", tuple(proofs),
        f"Scale {service}, or hold back {asked or 'some of its traffic'}.",
    )  # fmt: skip


def worn_out(picture: Blamed) -> Condition | None:
    """The same where another service's change seems to fit: only where requests come in, and if the time is its own.

    Further in, more requests are as often what somebody's change brought.
    """
    here = bool(picture.way) and picture.way[-1].where == "itself" and picture.focus == picture.entrance
    told = capacity(picture) if here and picture.growth >= _GROWN else None
    return told if told and told.services == (picture.focus,) else None


def _limited(picture: Blamed, service: str, at: datetime) -> Change | None:
    """The last change before it that left the service less to work with."""
    before = [c for c in picture.changes if c.service == service and c.at <= at and _LIMITS.search(c.title)]
    less = [
        c for c in before if (old := _number(c.old)) is not None and (new := _number(c.new)) is not None and new < old
    ]
    return max(less, key=lambda c: c.at, default=None)


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text)
    return float(found[1]) if found else None


def _share(value: float) -> float:
    return value if value <= 1.5 else value / 100
