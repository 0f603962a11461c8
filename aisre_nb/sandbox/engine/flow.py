"""The flow of requests through the shop in one step of time: means, not single requests.

Load goes down the tree of calls, time and failures come back up. What waits where is known from the step before, so
that a slow database fills the pools of those who ask it, and then their callers' workers, one step after the other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.calls import Call
from aisre_nb.sandbox.engine.effects import Calls, Effect, Fails, Holds, Slows
from aisre_nb.sandbox.engine.station import Station

_MEAN = 1.12
"""Mean of a call's time over its median."""
_SPREAD = 0.6
"""Sigma of the logarithm of how long an answer takes."""


@dataclass
class Node:
    """A call at its place in the tree, with all that may hit it."""

    call: Call
    caller: str
    children: list[Node]
    fails: list[tuple[int, Fails]]
    slows: list[tuple[int, Slows]]
    calls: list[tuple[int, Calls]]
    holds: list[tuple[int, Holds]]
    limit: tuple[str, float] | None
    answer: float = 0.0
    """What the last step found: seconds until the caller has an answer."""
    failing: float = 0.0
    """Share of the calls that the caller sees fail, after all attempts."""
    failing_once: float = 0.0
    """The same of one attempt."""


@dataclass
class Load:
    """What one step brought to each station."""

    arriving: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Requests a second, by service."""
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Cores that would be used."""
    inside: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Requests in the service at once, by Little's law."""
    asked: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Units of work a second that need a connection to the database, by service."""
    held: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Connections in use at once, by service."""
    queued: float = 0.0
    """Messages a second."""


@dataclass
class Flow:
    """The trees of all pages, compiled for the effects of one world."""

    blueprint: Blueprint
    effects: Sequence[Effect]
    means: Mapping[int, float]
    """For effects with a condition on facts, the share of requests of which it is true; for `Calls` by a fact, the mean
    number."""
    stretch: dict[str, float] = field(default_factory=lambda: defaultdict(lambda: 1.0))
    """How many times as long a service computes, because its processors are busy."""
    workers: dict[str, Station] = field(default_factory=lambda: defaultdict(lambda: Station(longest=6.0)))
    pools: dict[str, Station] = field(default_factory=lambda: defaultdict(lambda: Station(longest=2.0)))
    attempts: Mapping[str, float] = field(default_factory=dict)
    """By caller."""
    zones: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """For each service, which part of its pods is in which zone."""
    before: Mapping[str, float] = field(default_factory=dict)
    """Requests a second in the step before, by service."""

    def compile(self, call: Call, caller: str = "") -> Node:
        """The tree of a page."""
        mine = [(n, e) for n, e in enumerate(self.effects) if e.hits(call.service, call.operation, caller)]
        return Node(
            call,
            caller,
            [self.compile(child, call.service) for child in call.children],
            [(n, e) for n, e in mine if isinstance(e, Fails)],
            [(n, e) for n, e in mine if isinstance(e, Slows)],
            [(n, e) for n, e in mine if isinstance(e, Calls)],
            [(n, e) for n, e in mine if isinstance(e, Holds)],
            self.blueprint.limit_of(caller, call.operation),
        )

    def visit(
        self, node: Node, rate: float, active: Sequence[float], limits: Mapping[tuple[str, str], float], load: Load
    ) -> None:
        """``active``: how much of each effect holds, its pods' share included. Leaves ``answer`` and ``failing``."""
        call = node.call
        service = call.service
        known = self.blueprint.by_name.get(service)
        own = call.ms / 1000 * _MEAN * self.stretch[service]
        for n, slow in node.slows:
            share = active[n] * slow.share * self.means.get(n, 1.0) * self._across(slow.across, node)
            own = own * (1 + share * (slow.times - 1)) + share * slow.plus
        took, sound, asks = own, 1.0, 0.0
        for child in node.children:
            chance, times = child.call.chance, 1.0
            for n, more in child.calls:
                if more.chance is not None:
                    chance += active[n] * self.means.get(n, 1.0) * (more.chance - chance)
                times += active[n] * (self.means.get(n, float(more.times)) - 1) if more.times > 1 else 0.0
            tries = self.attempts.get(service, 1.0) if _again(child) else 1.0
            tried = 1.0 if tries <= 1 else sum(child.failing_once**k for k in range(round(tries)))
            made = rate * sound * chance * times
            self.visit(child, made * tried, active, limits, load)
            child.failing = child.failing_once ** max(round(tries), 1)
            took += sound * chance * times * child.answer * tried
            if child.call.needed:
                sound *= max(0.0, 1 - chance * times * child.failing)
            if child.call.service == self.blueprint.database:
                asks = max(asks, min(chance * times, 1.0))
        wait = 0.0
        alone = 1.0
        for n, fault in node.fails:
            share = active[n] * fault.share * self.means.get(n, 1.0) * self._across(fault.across, node)
            if fault.load_at:
                share *= min((self.before.get(service, 0.0) / fault.load_at) ** 2, 3.0)
            alone *= 1 - min(share, 1.0)
            took += sound * min(share, 1.0) * fault.seconds
        if known is not None and call.kind in ("http", "consume"):
            station = self.workers[service]
            wait = station.wait
            alone *= 1 - station.refused
        if asks and service in self.blueprint.pools:
            pool = self.pools[service]
            wait += asks * pool.wait
            alone *= 1 - asks * pool.refused
            load.asked[service] += rate * asks
            load.held[service] += rate * asks * (self.blueprint.pools[service] + _inside(node, self.blueprint.database))
        answer = took + wait
        limit = limits.get((node.caller, call.operation))
        late = _later(answer, limit)
        node.failing_once = 1 - sound * alone * (1 - late)
        node.answer = min(answer, limit) if limit is not None else answer
        load.arriving[service] += rate
        if call.kind == "queue":
            load.queued += rate
        if known is not None:
            cost = known.cost
            for n, hold in node.holds:
                if hold.station == "cpu":
                    cost *= 1 + active[n] * (hold.times - 1)
            load.cpu[service] += rate * cost * (0.3 + 0.7 * sound)
            load.inside[service] += rate * took

    def _across(self, zones: tuple[str, ...], node: Node) -> float:
        """Share of the calls that go from one of the zones into the other."""
        if not zones:
            return 1.0
        one, other = zones
        here, there = self.zones.get(node.caller, {}), self.zones.get(node.call.service, {})
        return here.get(one, 0.0) * there.get(other, 0.0) + here.get(other, 0.0) * there.get(one, 0.0)


def _again(child: Node) -> bool:
    """Only what changes nothing is tried again."""
    return child.call.operation.startswith("GET")


def _inside(node: Node, database: str) -> float:
    """Seconds that the database's answers take, a request."""
    return sum(child.answer for child in node.children if child.call.service == database)


def _later(mean: float, limit: float | None) -> float:
    """Share of answers that take longer than the limit."""
    if limit is None:
        return 0.0
    median = mean / math.exp(_SPREAD**2 / 2)
    return 0.5 * math.erfc(math.log(max(limit, 1e-4) / max(median, 1e-6)) / (_SPREAD * math.sqrt(2)))
