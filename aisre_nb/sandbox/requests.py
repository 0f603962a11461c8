"""Requests, simulated: all requests for one page at once, call by call down the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from aisre_nb.sandbox.calls import Call, Page
from aisre_nb.sandbox.failures import Facts, Failure
from aisre_nb.sandbox.pods import Fleet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RELAYED = {"api-gateway": 502}
"""What a failed call of a needed service becomes; 500 where nothing is said."""
_SIGMA = {"http": 0.42, "redis": 0.5, "postgresql": 0.6, "external": 0.35}
"""Of the logarithm of the time that a call takes by itself."""
_SLOW_CHANCE = 0.006
"""Calls that meet a pause: a collection of garbage, a cold cache, a lock."""
_SLOW_TAIL = 1.8
"""Shape of the Pareto distribution that then multiplies their time."""
_NETWORK = 0.0006
"""Median seconds between a client span's begin and its server's, and back."""


@dataclass(frozen=True)
class Step:
    """One call of all requests for a page: one row a request; what ``present`` leaves out was not called.

    Times are seconds from the world's start.
    """

    call: Call
    parent: int
    """Index of the caller's step; -1 for the page itself."""
    present: NDArray[np.bool_]
    sent: NDArray[np.float64]
    """When the caller's client span begins."""
    answered: NDArray[np.float64]
    """When it ends."""
    begun: NDArray[np.float64]
    ended: NDArray[np.float64]
    """The server span; for a datastore the same as the client span."""
    status: NDArray[np.int64]
    """Of HTTP; 0 where a datastore did not answer."""
    failure: NDArray[np.int64]
    """Index of the `Failure` that hit here; -1 for none. A caller that fails on a datastore has the same index."""
    relay: NDArray[np.int64]
    """Index of the step whose failure made this one fail; -1 for none."""
    pod: NDArray[np.int64]
    """Index into the service's fleet."""

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Where it ended as a server's fault."""
        failed: NDArray[np.bool_] = self.present & ((self.status >= 500) | (self.status == 0))
        return failed


@dataclass(frozen=True)
class Requests:
    """All requests for one page that ended in time."""

    page: Page
    facts: Facts
    trace: NDArray[np.uint64]
    """Two numbers a request."""
    steps: tuple[Step, ...]
    """Callers before the called, in the order of calling; the first is the page itself."""
    spans: NDArray[np.uint64]
    """For each request and step the ids of its server span and of its client span: (requests, steps, 2)."""


def simulate(
    page: Page,
    arrived: NDArray[np.float64],
    facts: Facts,
    fleets: Mapping[str, Fleet],
    failures: Sequence[Failure],
    until: float,
    rng: np.random.Generator,
) -> Requests:
    """What becomes of these requests. Those that would end after ``until`` are left out: nobody has seen them yet."""
    import numpy as np

    run = _Run(facts, fleets, failures, rng)
    run.visit(page.call, -1, "", arrived, np.ones(len(arrived), dtype=bool))
    kept = np.flatnonzero(run.steps[0].answered <= until)
    steps = tuple(_taken(step, kept) for step in run.steps)
    high = np.iinfo(np.uint64).max
    return Requests(
        page=page,
        facts={name: column[kept] for name, column in facts.items()},
        trace=rng.integers(1, high, size=(len(kept), 2), dtype=np.uint64),
        steps=steps,
        spans=rng.integers(1, high, size=(len(kept), len(steps), 2), dtype=np.uint64),
    )


def _taken(step: Step, kept: NDArray[np.int64]) -> Step:
    columns = ("present", "sent", "answered", "begun", "ended", "status", "failure", "relay", "pod")
    return Step(step.call, step.parent, *(getattr(step, name)[kept] for name in columns))


class _Run:
    """The steps so far, while the tree is walked."""

    def __init__(
        self, facts: Facts, fleets: Mapping[str, Fleet], failures: Sequence[Failure], rng: np.random.Generator
    ) -> None:
        self.steps: list[Step] = []
        self._facts = facts
        self._fleets = fleets
        self._failures = failures
        self._rng = rng

    def visit(
        self, call: Call, parent: int, caller: str, sent: NDArray[np.float64], present: NDArray[np.bool_]
    ) -> Step:
        import numpy as np

        index, number = len(self.steps), len(sent)
        self.steps.append(None)  # type: ignore[arg-type]  # its place comes before its children's
        wire = self._wire(call, parent, number)
        begun = sent + wire
        own = self._own_time(call, number)
        served = call.service in self._fleets and call.kind == "http"
        pod = self._fleets[call.service].serving(begun, self._rng) if served else np.zeros(number, dtype=np.int64)
        status = np.full(number, 200, dtype=np.int64)
        failure = np.full(number, -1, dtype=np.int64)
        relay = np.full(number, -1, dtype=np.int64)
        stopped = ~present
        clock = begun + own * 0.4
        for child in call.children:
            go = ~stopped & (self._rng.random(number) < child.chance)
            place = len(self.steps)
            step = self.visit(child, index, call.service, clock, go)
            clock = np.where(go, step.answered, clock)
            if child.needed:
                self._follow(call, step, place, go, status, failure, relay, stopped)
        clock = self._fail(call, caller, pod, status, failure, stopped, clock)
        ended = clock + own * np.where(stopped, 0.1, 0.6)
        made = Step(call, parent, present, sent, ended + wire, begun, ended, status, failure, relay, pod)
        self.steps[index] = made
        return made

    def _wire(self, call: Call, parent: int, number: int) -> NDArray[np.float64]:
        import numpy as np

        if parent < 0 or call.kind != "http":
            return np.zeros(number)
        return self._rng.lognormal(np.log(_NETWORK), 0.4, size=number)

    def _own_time(self, call: Call, number: int) -> NDArray[np.float64]:
        import numpy as np

        own = self._rng.lognormal(np.log(call.ms / 1000), _SIGMA[call.kind], size=number)
        slow = self._rng.random(number) < _SLOW_CHANCE
        own[slow] *= np.minimum(1 + self._rng.pareto(_SLOW_TAIL, size=int(slow.sum())) * 3, 60)
        return own

    def _follow(
        self,
        call: Call,
        child: Step,
        place: int,
        went: NDArray[np.bool_],
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
        relay: NDArray[np.int64],
        stopped: NDArray[np.bool_],
    ) -> None:
        """What the end of the needed call at that place means for its caller; writes into the columns."""
        fault = went & child.failed
        if child.call.kind == "http":
            status[fault] = _RELAYED.get(call.service, 500)
            relay[fault] = place
        else:
            failure[fault] = child.failure[fault]
            for n in set(failure[fault].tolist()):
                status[fault & (child.failure == n)] = self._failures[n].status
        refused = went & (child.status >= 400) & (child.status < 500)
        status[refused] = child.status[refused]
        stopped |= fault | refused

    def _fail(
        self,
        call: Call,
        caller: str,
        pod: NDArray[np.int64],
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
        stopped: NDArray[np.bool_],
        clock: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Let failures and refusals hit what is not stopped; writes into the columns and returns the later clock."""
        import numpy as np

        for n, fault in enumerate(self._failures):
            if (fault.service, fault.operation) != (call.service, call.operation) or fault.caller not in ("", caller):
                continue
            hit = ~stopped & (self._rng.random(len(clock)) < fault.chance)
            if fault.version:
                hit &= self._fleets[call.service].runs(fault.version)[pod]
            if fault.if_facts is not None:
                hit &= fault.if_facts(self._facts)
            status[hit] = fault.status if call.kind == "http" else 0
            failure[hit] = n
            stopped |= hit
            clock = np.where(hit, clock + fault.seconds, clock)
        for code, share in call.refused:
            hit = ~stopped & (self._rng.random(len(clock)) < share)
            status[hit] = code
            stopped |= hit
        return clock
