"""One hot value, or one client, makes the difference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aisre_nb.models.builtin import facts, graph
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.models.builtin.picture.blamed import Blamed


_CLIENT = re.compile(r"user_agent|client|enduser|user\.id|tenant|source|peer\.address|customer|api.?key|account", re.I)
"""Attributes that tell who asks."""
_PLACES = re.compile(
    r"route|method|pod|node|zone|host|version|operation|url|target|instance|platform|region|tier", re.I
)
"""Attributes of which few values carry much of the traffic by nature."""
_HOT, _RARE = 0.3, 0.1
"""The share of requests of a flood, and the share before of what is no habit."""


def hot(picture: Blamed) -> Condition | None:
    """One value of an attribute is asked for by a large part of the traffic, and is what is slow."""
    found = (_hot_in(picture, compared) for compared in picture.comparisons)
    return next((one for one in found if one is not None), None)


def _hot_in(picture: Blamed, compared: Evidence) -> Condition | None:
    grown = {(facts.word(g, "key"), facts.word(g, "value")): g for g in facts.rows(compared.facts, "grown")}
    for nth, one in enumerate(facts.rows(compared.facts, "separates")):
        key, value = facts.word(one, "key"), facts.word(one, "value")
        rare = (facts.number(one, "of_before") or 0.0) <= _RARE and (key, value) in grown
        if not rare or _PLACES.search(key) or _CLIENT.search(key):
            continue
        hop = picture.way[-1] if picture.way else None
        blamed = hop.peer if hop and hop.where == "peer" else picture.focus
        part = facts.number(one, "of_bad") or 0.0
        name = f"{key.rpartition('.')[0] or key} {value}"
        proofs = [
            Proof(f"{part:.0%} of the slow or failed requests have {key} {value}.", compared.id,
                  Check(kind="value", evidence=compared.id, column=f"separates.{nth}.of_bad", expected=part)),
        ]  # fmt: skip
        if hop:
            proofs.append(
                Proof(f"What they wait for is {blamed} ({hop.operation}).", hop.evidence,
                      Check(kind="value", evidence=hop.evidence, column="origin.service", expected=blamed))
            )  # fmt: skip
        return Condition(
            "traffic", (blamed,), f"{name} is asked for by far more than anything else", tuple(proofs),
            f"Keep {name} nearer to those who ask for it, or spread it.",
        )  # fmt: skip
    return None


def flood(picture: Blamed) -> Condition | None:
    """One client brought the growth of traffic."""
    found = (_flood_in(picture, compared) for compared in picture.comparisons)
    return next((one for one in found if one is not None), None)


def _flood_in(picture: Blamed, compared: Evidence) -> Condition | None:
    for nth, one in enumerate(facts.rows(compared.facts, "grown")):
        key, value = facts.word(one, "key"), facts.word(one, "value")
        after, before = facts.number(one, "after") or 0.0, facts.number(one, "before") or 0.0
        if not _CLIENT.search(key) or _PLACES.search(key) or before > _RARE or after < _HOT:
            continue
        route = next((facts.word(g, "value") for g in facts.rows(compared.facts, "grown")
                      if re.search("route|operation", facts.word(g, "key"))), "")  # fmt: skip
        gate = _gate(picture, facts.word(compared.facts, "service"))
        said = f"{after:.0%} of all requests have {key} {value}, {before:.0%} before."
        check = Check(kind="value", evidence=compared.id, column=f"grown.{nth}.after", expected=after)
        proofs = [Proof(said, compared.id, check)]
        measured = picture.metrics(gate)
        if measured and (begun := facts.word(measured.facts, "signals.request_rate.onset")):
            more = Check(kind="changed", evidence=measured.id, signal="request_rate", direction="up", at=begun)
            rate = [facts.number(measured.facts, f"signals.request_rate.{end}") or 0.0 for end in ("before", "after")]
            told = f"{gate} lets all of it in: it gets {rate[1]:.3g} requests a second, {rate[0]:.3g} before."
            proofs.append(Proof(told, measured.id, more))
        return Condition(
            "traffic", (gate,), f"one client ({key} {value}) floods {route or gate}",
            tuple(proofs), f"Limit the requests of one client at {gate}.",
        )  # fmt: skip
    return None


def _gate(picture: Blamed, entrance: str) -> str:
    """Where one client could be held back: the first service behind the entrance that all of its calls go through."""
    behind = graph.callees(picture.case, entrance)
    return behind[0] if len(behind) == 1 else entrance
