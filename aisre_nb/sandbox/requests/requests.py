"""Requests, simulated: all requests for one page at once, call by call down the tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from aisre_nb.sandbox.calls import Call, Page
from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.requests.surroundings import Surroundings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SIGMA = {"http": 0.42, "redis": 0.5, "postgresql": 0.6, "external": 0.35, "queue": 0.4, "consume": 0.4}
"""Of the logarithm of the time that a call takes by itself."""
_SLOW_CHANCE = 0.006
"""Calls that meet a pause: a collection of garbage, a cold cache, a lock."""
_SLOW_TAIL = 1.8
"""Shape of the Pareto distribution that then multiplies their time."""
_NETWORK = 0.0006
"""Median seconds between a client span's begin and its server's, and back."""
_BACKOFF = 0.04
"""Seconds before a failed call is tried again."""
_TRANSIENT = (502, 503, 504)
"""Answers after which a call is worth another try."""


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
    """Number of the `Failure` that hit here; -1 for none. A caller that fails on a datastore has the same number."""
    relay: NDArray[np.int64]
    """Index of the step whose failure made this one fail; -1 for none."""
    pod: NDArray[np.int64]
    """Index into the service's fleet; -1 where none was ready."""
    lost: NDArray[np.int64]
    """Number of the `Failure` for which the caller had no answer (time limit, no connection), whatever the service did;
    -1 where it had one."""
    reached: NDArray[np.bool_]
    """Whether the call came to the service."""

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """Where there is a server span."""
        found: NDArray[np.bool_] = self.present & self.reached
        return found

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Where it ended as a server's fault, as the server sees it; for a datastore as the caller sees it."""
        bad = self.present & ((self.status >= 500) | (self.status == 0))
        failed: NDArray[np.bool_] = bad & self.reached if self.call.kind in ("http", "consume") else bad
        return failed

    @cached_property
    def missed(self) -> NDArray[np.bool_]:
        """Where the caller sees a failure."""
        found: NDArray[np.bool_] = self.failed | (self.present & (self.lost >= 0))
        return found


@dataclass(frozen=True)
class Requests:
    """All requests for one page that ended in time."""

    page: Page
    facts: Facts
    trace: NDArray[np.uint64]
    """Two numbers a request."""
    steps: tuple[Step, ...]
    """Callers before the called, in the order of calling; the first is the page itself."""

    def span_ids(self, requests: NDArray[np.int64], step: int, side: int) -> NDArray[np.uint64]:
        """Ids of some requests' spans of a step: of the server (``side`` 0) or of the client (1).

        Mixed from the trace's id (S. Vigna's splitmix64), so that the many that nobody asks for cost nothing.
        """
        import numpy as np

        with np.errstate(over="ignore"):
            mixed = self.trace[requests, 1] + np.uint64(2 * step + side + 1) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        found: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
        return found


def simulate(
    page: Page,
    arrived: NDArray[np.float64],
    facts: Facts,
    around: Surroundings,
    until: float,
    rng: np.random.Generator,
) -> Requests:
    """What becomes of these requests. Those that would end after ``until`` are left out: nobody has seen them yet."""
    import numpy as np

    run = _Run(facts, around, rng)
    run.visit(page.call, -1, arrived, np.ones(len(arrived), dtype=bool))
    last = np.maximum.reduce([np.where(step.present, step.ended, 0.0) for step in run.steps])
    kept = np.flatnonzero(np.maximum(last, run.steps[0].answered) <= until)
    steps = tuple(_taken(step, kept) for step in run.steps)
    high = np.iinfo(np.uint64).max
    return Requests(
        page=page,
        facts={name: column[kept] for name, column in facts.items()},
        trace=rng.integers(1, high, size=(len(kept), 2), dtype=np.uint64),
        steps=steps,
    )


_COLUMNS = ("present", "sent", "answered", "begun", "ended", "status", "failure", "relay", "pod", "lost", "reached")


def _taken(step: Step, kept: NDArray[np.int64]) -> Step:
    return Step(step.call, step.parent, *(getattr(step, name)[kept] for name in _COLUMNS))


class _Run:
    """The steps so far, while the tree is walked."""

    def __init__(self, facts: Facts, around: Surroundings, rng: np.random.Generator) -> None:
        self.steps: list[Step] = []
        self._facts = facts
        self._around = around
        self._rng = rng

    def visit(self, call: Call, parent: int, sent: NDArray[np.float64], present: NDArray[np.bool_]) -> Step:
        """One call of all requests that make it, with all calls below it."""
        import numpy as np

        index, number, around = len(self.steps), len(sent), self._around
        self.steps.append(None)  # type: ignore[arg-type]  # its place comes before its children's
        caller = self.steps[parent] if parent >= 0 else None
        wire = self._wire(call, parent, number)
        begun = sent + wire
        here = around.at(call, caller, begun, self._facts, self._rng)
        status = np.full(number, 200, dtype=np.int64)
        failure = np.full(number, -1, dtype=np.int64)
        relay = np.full(number, -1, dtype=np.int64)
        lost, seconds = here.unreached()
        reached = lost < 0
        own = here.slowed(self._own_time(call, number))
        stopped = ~present | ~reached
        if call.kind in ("http", "consume"):
            # For its own calls the pod and the beginning of this one are known from here on.
            self.steps[index] = Step(
                call, parent, present, sent, sent, begun, begun, status, failure, relay, here.pod, lost, reached
            )
        clock = here.queued(begun, stopped, status, failure) + own * 0.4
        for child in call.children:
            clock = self._call(child, index, clock, status, failure, relay, stopped)
        clock = here.fail(status, failure, stopped, clock)
        self._refuse(call, status, stopped)
        ended = clock + own * np.where(stopped, 0.1, 0.6)
        answered = np.where(reached, ended + wire, sent + seconds)
        if call.kind not in ("http", "consume") and not reached.all():
            status[~reached], failure[~reached] = 0, lost[~reached]
            ended = np.where(reached, ended, answered)
        made = Step(
            call, parent, present, sent, answered, begun, ended, status, failure, relay, here.pod, lost, reached
        )
        self.steps[index] = made
        return made

    def _call(
        self,
        child: Call,
        index: int,
        clock: NDArray[np.float64],
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
        relay: NDArray[np.int64],
        stopped: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Make one call, again where it is worth it, as often as effects say; returns the later clock."""
        import numpy as np

        number, around, caller = len(clock), self._around, self.steps[index]
        chance = around.chance(child, caller, clock, self._facts)
        wanted = ~stopped & (self._rng.random(number) < chance)
        for more in around.times(child, caller, clock, self._facts):
            go = wanted & more & ~stopped
            tries = around.attempts(child, caller)
            attempt = 1
            while go.any() or attempt == 1:
                place = len(self.steps)
                step = self._limited(self.visit(child, index, clock, go), caller, place)
                clock = np.where(go, step.answered, clock)
                again = go & step.missed & (attempt < tries)
                again &= np.isin(step.status, _TRANSIENT) | (step.lost >= 0)
                if child.needed:
                    self._follow(caller.call, step, place, go & ~again, status, failure, relay, stopped)
                if not again.any():
                    break
                clock = np.where(again, clock + _BACKOFF * attempt, clock)
                go, attempt = again, attempt + 1
        return clock

    def _limited(self, step: Step, caller: Step, place: int) -> Step:
        """The same step with the caller's patience: where it took too long, the caller has gone."""
        import numpy as np

        limit = self._around.limit(step.call, caller)
        if limit is None:
            return step
        late = step.present & (step.answered - step.sent > limit) & (step.lost < 0)
        if not late.any():
            return step
        lost, answered = step.lost.copy(), np.where(late, step.sent + limit, step.answered)
        for seconds in np.unique(limit[late]):
            lost[late & (limit == seconds)] = self._around.late(step.call, caller.call.service, float(seconds))
        if step.call.kind in ("http", "consume"):
            made = Step(
                step.call, step.parent, step.present, step.sent, answered, step.begun, step.ended, step.status,
                step.failure, step.relay, step.pod, lost, step.reached,
            )  # fmt: skip
        else:
            status, failure = step.status.copy(), step.failure.copy()
            status[late] = 0
            # What fails just then says by itself why, as a client library with a time limit of its own does.
            own = late & (failure >= 0)
            lost[own] = failure[own]
            failure[late] = lost[late]
            made = Step(
                step.call, step.parent, step.present, step.sent, answered, step.begun, answered, status,
                failure, step.relay, step.pod, lost, step.reached,
            )  # fmt: skip
        self.steps[place] = made
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
        lost = went & (child.lost >= 0)
        fault = went & child.failed & ~lost
        own = lost
        if child.call.kind in ("http", "consume"):
            status[fault] = self._around.relayed(call.service)
            relay[fault] = place
            failure[lost] = child.lost[lost]
        else:
            own = lost | fault
            failure[own] = child.failure[own]
        for n in set(failure[own].tolist()):
            status[own & (failure == n)] = self._around.failures[n].status
        refused = went & (child.status >= 400) & (child.status < 500) & ~lost
        status[refused] = child.status[refused]
        stopped |= fault | lost | refused

    def _refuse(self, call: Call, status: NDArray[np.int64], stopped: NDArray[np.bool_]) -> None:
        for code, share in call.refused:
            hit = ~stopped & (self._rng.random(len(stopped)) < share)
            status[hit] = code
            stopped |= hit
