"""Causes that nobody's change brought: somebody else's service, one hot value, a flood, no more capacity, a network.

Each is a kind of cause that every system knows, told by what the evidence shows, and none is tried before the changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.changes import Change
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.models.builtin.picture import Picture

_CLIENT = re.compile(r"user_agent|client|enduser|user\.id|tenant|source|peer\.address|customer|api.?key|account", re.I)
"""Attributes that tell who asks."""
_PLACES = re.compile(
    r"route|method|pod|node|zone|host|version|operation|url|target|instance|platform|region|tier", re.I
)
"""Attributes of which few values carry much of the traffic by nature."""
_LIMITS = re.compile(r"max|limit|replica|cpu|memory|pool|worker|thread|concurren|consumer|quota|size", re.IGNORECASE)
"""Settings of how much a service may use."""
_HOT, _RARE = 0.3, 0.1
_FULL, _BUSY = 0.9, 0.6
"""The share of a resource that is used at the worst, and on the whole, from which on more work has to wait."""
_TOLD = (
    (re.compile(r"certificate[^\n]{0,80}\bexpired|\bexpired[^\n]{0,40}certificate|certificate has expired", re.I),
     "configuration", "certificate expired"),
    (re.compile(r"no space left|disk (?:is )?full|read-only file system", re.I), "capacity", "the disk is full"),
)  # fmt: skip


@dataclass(frozen=True)
class Proof:
    """One sentence that shows it, with its check."""

    text: str
    evidence: str
    check: Check


@dataclass(frozen=True)
class Condition:
    """A cause that is no change."""

    kind: str
    """As `RootCause.kind`."""
    services: tuple[str, ...]
    """Who is blamed; a zone or a node where it is no service."""
    text: str
    """What happened, in a few words."""
    proofs: tuple[Proof, ...]
    remedy: str
    change: Change | None = None
    """An earlier change that let it come to this: it took away what would have helped."""


def found(picture: Picture, change: Literal["none", "other", "own"]) -> Condition | None:
    """The first that the evidence shows; None where none does.

    ``change``: whether a change stands out, and whether it is one of the ill service itself. Against one of another
    service stands only what separates the bad requests, or what the ill service says itself.
    """
    if not picture.start or picture.hidden:
        return None
    rules = {"none": _RULES, "other": (_network, _told, _hot, _flood, _worn_out), "own": (_network, _flood)}[change]
    return next((one for rule in rules if (one := rule(picture)) is not None), None)


def _network(picture: Picture) -> Condition | None:
    compared = next((e for e in picture.comparisons if facts.rows(e.facts, "between")), None)
    pairs = facts.rows(compared.facts, "between") if compared else []
    both = {(facts.word(p, "caller"), facts.word(p, "callee")): (n, p) for n, p in enumerate(pairs)}
    for (caller, callee), (nth, pair) in both.items():
        if caller == callee or (callee, caller) not in both or len(both) != 2 or not compared:
            continue
        before, after = facts.number(pair, "before_ms") or 0.0, facts.number(pair, "after_ms") or 0.0
        took = f"take {after:.0f} ms, {before:.0f} ms before"
        said = f"Calls from {caller} to {callee} {took}; between others nothing moved."
        check = Check(kind="value", evidence=compared.id, column=f"between.{nth}.after_ms", expected=after)
        where = Check(kind="value", evidence=compared.id, column="origin.service", expected=caller)
        return Condition(
            "platform", (caller, callee), f"calls between {caller} and {callee} are slow or lost",
            (Proof(said, compared.id, check),
             Proof(f"What is slow is on the way from and to {caller}.", compared.id, where)),
            f"Have the network between {caller} and {callee} looked at, and keep traffic within one of them meanwhile.",
        )  # fmt: skip
    return None


def _told(picture: Picture) -> Condition | None:
    """The log of the ill service says it in so many words."""
    logs = picture.logs
    for row in facts.rows(logs.facts, "new") if logs else []:
        line = facts.word(row, "pattern")
        for pattern, kind, text in _TOLD:
            match = pattern.search(line)
            if kind != "configuration" and picture.clear:
                # A disk that is full was filled by something.
                continue
            if match is None or logs is None or not re.match("err|fatal|crit", facts.word(row, "severity"), re.I):
                continue
            check = Check(kind="contains", evidence=logs.id, expected=match[0])
            count = int(facts.number(row, "count") or 0)
            since = words.clock(facts.word(row, "first_seen"))
            said = f"{picture.witness} logs {words.code(match[0])} since {since}, {count} times."
            return Condition(
                kind, (picture.witness,), f"{text}: {picture.witness} logs it", (Proof(said, logs.id, check),),
                f"Renew it, and have {picture.witness} take the new one.",
            )  # fmt: skip
    return None


def _elsewhere(picture: Picture) -> Condition | None:
    """What it waits for, or what refuses it, belongs to somebody else: it has no telemetry of its own here."""
    hop = picture.way[-1] if picture.way else None
    if hop is None or hop.where != "peer" or not hop.clear or _known(picture, hop.peer):
        return None
    if hop.by == "latency":
        text = f"{hop.peer} answers slowly"
        said = f"{hop.operation} of {hop.peer} takes {_ms(hop.after)} on average, {_ms(hop.before)} before."
    else:
        text = f"{hop.peer} fails"
        part = f"{words.share(hop.after)} of the calls {hop.operation} to {hop.peer}"
        said = f"{part} fail, {words.share(hop.before)} before."
    check = Check(kind="value", evidence=hop.evidence, column=hop.after_path, expected=hop.after)
    where = Check(kind="value", evidence=hop.evidence, column="origin.service", expected=hop.peer)
    return Condition(
        "dependency", (hop.peer,), text,
        (Proof(said, hop.evidence, check),
         Proof(f"What {hop.service} waits for, or what fails it, is {hop.peer}.", hop.evidence, where)),
        f"Ask the owner of {hop.peer}; use another provider, or do without it, where a flag allows that.",
    )  # fmt: skip


def _hot(picture: Picture) -> Condition | None:
    """One value of an attribute is asked for by a large part of the traffic, and is what is slow."""
    found = (_hot_in(picture, compared) for compared in picture.comparisons)
    return next((one for one in found if one is not None), None)


def _hot_in(picture: Picture, compared: Evidence) -> Condition | None:
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


def _flood(picture: Picture) -> Condition | None:
    """One client brought the growth of traffic."""
    found = (_flood_in(picture, compared) for compared in picture.comparisons)
    return next((one for one in found if one is not None), None)


def _flood_in(picture: Picture, compared: Evidence) -> Condition | None:
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


def _gate(picture: Picture, entrance: str) -> str:
    """Where one client could be held back: the first service behind the entrance that all of its calls go through."""
    behind = graph.callees(picture.case, entrance)
    return behind[0] if len(behind) == 1 else entrance


def _capacity(picture: Picture) -> Condition | None:
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


def _worn_out(picture: Picture) -> Condition | None:
    """The same where another service's change seems to fit: only where requests come in, and if the time is its own.

    Further in, more requests are as often what somebody's change brought.
    """
    here = bool(picture.way) and picture.way[-1].where == "itself" and picture.focus == picture.entrance
    told = _capacity(picture) if here and picture.growth >= _GROWN else None
    return told if told and told.services == (picture.focus,) else None


def _limited(picture: Picture, service: str, at: datetime) -> Change | None:
    """The last change before it that left the service less to work with."""
    before = [c for c in picture.changes if c.service == service and c.at <= at and _LIMITS.search(c.title)]
    less = [
        c for c in before if (old := _number(c.old)) is not None and (new := _number(c.new)) is not None and new < old
    ]
    return max(less, key=lambda c: c.at, default=None)


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text)
    return float(found[1]) if found else None


_GROWN = 1.3
_RULES: tuple[Callable[[Picture], Condition | None], ...] = (_network, _told, _hot, _flood, _elsewhere, _capacity)


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def _share(value: float) -> float:
    return value if value <= 1.5 else value / 100


def _known(picture: Picture, service: str) -> bool:
    """It has telemetry of its own, or something was changed in it."""
    listed = {facts.word(row, "service") for row in graph.service_rows(picture.case)}
    return service in listed or any(change.service == service for change in picture.changes)
