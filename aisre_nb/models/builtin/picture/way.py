"""The way from where it shows to where it originates."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts, flow, graph
from aisre_nb.models.builtin.flow import Hop, More
from aisre_nb.models.builtin.picture.start import Started
from aisre_nb.models.builtin.symptom import Symptom

_SHARE = 0.3
"""The part of failing requests that must start to fail in another service, for that one to be looked at next."""
_CHAIN = 6
"""How many services deep an error is followed."""
CALLEES = 4
"""How many called services are looked at for where time is lost."""


class Followed(Started):
    """Who waits for whom, down to the focus."""

    @cached_property
    def way(self) -> list[Hop]:
        """From the start along its calls, where that was followed."""
        found = self.case.find("follow_calls", service=self.start) if self.start else None
        return flow.read(found) if found else []

    @property
    def followed(self) -> str:
        """The number of the evidence that follows the calls to the focus; empty where none does."""
        found = self.case.find("follow_calls", service=self.start) if self.way else None
        return found.id if found and facts.word(found.facts, "origin.service") == self.focus else ""

    @cached_property
    def called_more(self) -> list[More]:
        """Calls that are made more often for each request than before."""
        found = self.case.find("follow_calls", service=self.start) if self.start else None
        return flow.more(found) if found else []

    @cached_property
    def chain(self) -> list[str]:
        """From the start to where the trouble originates, as far as it was followed."""
        chain = [self.start] if self.start else []
        if self.hidden:
            return chain
        if self.way:
            return flow.services(self.way)
        while chain and len(chain) < _CHAIN:
            origin = self._origin(chain[-1])
            if not origin or origin in chain:
                break
            chain.append(origin)
        return chain

    def _origin(self, service: str) -> str:
        """The next service on the way to where it starts; empty where it starts here, or that is not known."""
        traces, own = self.traces_of(service), self.symptom(service)
        slow = own is not None and own.slow
        origin = facts.word(traces.facts, "origin.service") if traces else ""
        if origin and not slow:
            share = facts.number(traces.facts, "origin.share") if traces else None
            return origin if origin != service and (share is None or share >= _SHARE) else ""
        if own is None:
            return ""
        below = [s for c in graph.callees(self.case, service)[:CALLEES] if (s := self.symptom(c))]
        fitting = [s for s in below if s.at <= own.at + 2 * max(own.step, timedelta(minutes=1)) and s.slow == own.slow]
        worst = max(fitting, key=lambda s: s.after - s.before, default=None)
        return worst.service if worst else ""

    @property
    def witness(self) -> str:
        """The deepest service on the way that keeps spans and logs of its own: what speaks for a database it calls."""
        serving = {facts.word(r, "service") for r in graph.service_rows(self.case) if facts.number(r, "requests")}
        return next((s for s in reversed(self.chain) if s in serving), self.focus) if serving else self.focus

    @property
    def focus(self) -> str:
        """The service in which the trouble originates, as far as is known."""
        return self.chain[-1] if self.chain else ""

    @property
    def foreign(self) -> bool:
        """What is waited for has no telemetry here: it is somebody else's."""
        return self.focus not in {facts.word(r, "service") for r in graph.service_rows(self.case)}

    @property
    def entrance(self) -> str:
        """Where the requests to the start come in: up the calls, to a service that nobody calls."""
        found = self.start
        for _ in range(_CHAIN):
            above = [c for c in graph.callers(self.case, found) if c != found]
            if not above:
                break
            found = above[0]
        return found

    @property
    def growth(self) -> float:
        """How many times as many requests as before are asked of the services on the way; 1 where that is not known."""
        found = [e for s in self.chain if (e := self.metrics(s))]
        rates = [
            (facts.number(e.facts, "signals.request_rate.before"), facts.number(e.facts, "signals.request_rate.after"))
            for e in found
        ]
        return max((after / before for before, after in rates if before and after), default=1.0)

    @cached_property
    def comparisons(self) -> list[Evidence]:
        """What separates bad requests from good ones, of one service each; of the deepest on the way first."""
        found = [e for e in self.case.evidence if e.tool == "compare_requests"]
        walked = {*self.chain, *(hop.service for hop in self.way), self.entrance}
        found = [e for e in found if facts.word(e.facts, "service") in walked]
        order = {service: nth for nth, service in enumerate(self.chain)}
        return sorted(found, key=lambda e: -order.get(facts.word(e.facts, "service"), -1))

    @cached_property
    def complaint(self) -> Symptom | None:
        """The change for the worse in the focus; where that cannot be measured, of the nearest on the way to it."""
        return self.hidden or next((found for s in reversed(self.chain) if (found := self.symptom(s))), None)
