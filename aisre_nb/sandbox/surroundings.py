"""What requests meet: pods, queues, effects, time limits, each at its instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.calls import Call
from aisre_nb.sandbox.engine.course import Course
from aisre_nb.sandbox.engine.effects import Calls, Effect, Fails, Slows
from aisre_nb.sandbox.engine.pods import Fleet
from aisre_nb.sandbox.failures import Facts, Failure, Failures, Raised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.requests import Step

Kind = TypeVar("Kind", bound=Effect)
_RELAYED = 502
"""What the gateway makes of a failed call; other callers answer 500."""


class Surroundings:
    """All that a world holds for its requests."""

    def __init__(
        self,
        blueprint: Blueprint,
        fleets: Mapping[str, Fleet],
        effects: Sequence[Effect],
        course: Course,
        failures: Failures,
    ) -> None:
        self.blueprint = blueprint
        self.fleets = fleets
        self.effects = effects
        self.course = course
        self.failures = failures

    def at(
        self, call: Call, caller: Step | None, begun: NDArray[np.float64], facts: Facts, rng: np.random.Generator
    ) -> Here:
        """The surroundings of one call of many requests."""
        import numpy as np

        fleet = self.fleets.get(call.service)
        pod = fleet.serving(begun, rng) if fleet is not None else np.zeros(len(begun), dtype=np.int64)
        return Here(self, call, caller, begun, pod, facts, rng)

    def relayed(self, service: str) -> int:
        """The status that a service answers when one that it needs has failed."""
        return _RELAYED if service == self.blueprint.gateway else 500

    def late(self, call: Call, caller: str, seconds: float) -> int:
        """The number of the failure of a caller that waited so long in vain."""
        waited = f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
        raised = Raised("TimeoutError", f"{call.service} did not answer {call.operation} within {waited}")
        return self.failures.number(Failure(raised, 504 if caller == self.blueprint.gateway else 503))

    def limit(self, call: Call, caller: Step) -> NDArray[np.float64] | None:
        """Seconds that each caller's pod waits for such a call; None where nobody counts them."""
        import numpy as np

        known = self.blueprint.limit_of(caller.call.service, call.operation)
        if known is None:
            return None
        key, unit = known
        told = [float(pod.settings.get(key, "1e6")) * unit for pod in self.fleets[caller.call.service].pods]
        found: NDArray[np.float64] = np.array([*told, told[0]])[caller.pod]
        return found

    def attempts(self, call: Call, caller: Step) -> NDArray[np.int64] | int:
        """How often each caller's pod tries such a call at most."""
        import numpy as np

        if caller.call.service != self.blueprint.gateway or not call.operation.startswith("GET"):
            return 1
        told = [1 + int(pod.settings.get("RETRIES", "0")) for pod in self.fleets[caller.call.service].pods]
        found: NDArray[np.int64] = np.array([*told, 1])[caller.pod]
        return found

    def chance(self, call: Call, caller: Step, at: NDArray[np.float64], facts: Facts) -> NDArray[np.float64] | float:
        """How often each request makes the call."""
        import numpy as np

        chance: NDArray[np.float64] | float = call.chance
        pods = {caller.call.service: caller.pod}
        for n, effect in self.about(Calls, call, caller.call.service):
            share = self.holds(n, effect, at, pods, call.service) if effect.chance is not None else None
            if share is None:
                continue
            if effect.if_facts is not None:
                share = share * effect.if_facts(facts)
            chance = np.asarray(chance + share * (effect.chance - np.asarray(chance)))
        return chance

    def times(self, call: Call, caller: Step, at: NDArray[np.float64], facts: Facts) -> Iterator[NDArray[np.bool_]]:
        """For the first call, the second and so on: which requests make it."""
        import numpy as np

        yield np.ones(len(at), dtype=bool)
        pods = {caller.call.service: caller.pod}
        for n, effect in self.about(Calls, call, caller.call.service):
            share = self.holds(n, effect, at, pods, call.service) if effect.times > 1 else None
            if share is None:
                continue
            for number in range(1, effect.times):
                yield (share > 0.5) & (facts[effect.by] > number if effect.by else True)

    def holds(
        self, number: int, effect: Effect, at: NDArray[np.float64], pods: Mapping[str, NDArray[np.int64]], callee: str
    ) -> NDArray[np.float64] | None:
        """How much of an effect holds for each request, by time and by pod; None where it never does.

        ``pods``: for the called service and for its caller, which pod each request is on.
        """
        import numpy as np

        share = self.course.at("effect", str(number), at, 0.0)
        if share is None or not share.any():
            return None
        when = effect.when
        whose = when.service or (effect.service if effect.service != "*" else callee)
        if not when.asks_pods or (when.key and whose in self.blueprint.live) or whose not in pods:
            return share
        if whose not in self.fleets:
            return share
        true = np.array([*(when.pod(pod) for pod in self.fleets[whose].pods), False])
        found: NDArray[np.float64] = share * true[pods[whose]]
        return found

    def about(self, kind: type[Kind], call: Call, caller: str) -> Iterator[tuple[int, Kind]]:
        """The effects of a kind that may hit a call, with their numbers."""
        for n, effect in enumerate(self.effects):
            if isinstance(effect, kind) and effect.hits(call.service, call.operation, caller):
                yield n, effect

    def across(
        self, zones: tuple[str, ...], caller: str, called: str, pods: Mapping[str, NDArray[np.int64]]
    ) -> NDArray[np.bool_]:
        """Which requests go from one of two zones into the other."""
        import numpy as np

        here = np.array([*(pod.zone for pod in self.fleets[caller].pods), ""])[pods[caller]]
        there = np.array([*(pod.zone for pod in self.fleets[called].pods), ""])[pods[called]]
        one, other = zones
        found: NDArray[np.bool_] = ((here == one) & (there == other)) | ((here == other) & (there == one))
        return found


class Here:
    """The surroundings of one call: which pod serves each request, and what hits it there."""

    def __init__(
        self,
        around: Surroundings,
        call: Call,
        caller: Step | None,
        begun: NDArray[np.float64],
        pod: NDArray[np.int64],
        facts: Facts,
        rng: np.random.Generator,
    ) -> None:
        self.pod = pod
        self._around = around
        self._call = call
        self._caller = caller.call.service if caller is not None else ""
        self._begun = begun
        self._facts = facts
        self._rng = rng
        self._pods = {call.service: pod}
        if caller is not None:
            self._pods.setdefault(self._caller, caller.pod)

    def unreached(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The number of the failure for which a call never came to the service, -1 where it did; and after how many
        seconds the caller knew."""
        import numpy as np

        lost = np.full(len(self._begun), -1, dtype=np.int64)
        seconds = np.zeros(len(self._begun))
        if self._call.service in self._around.fleets and (self.pod < 0).any():
            where = f"{self._call.service}:{_PORTS.get(self._call.kind, 8080)}"
            refused = Failure(Raised("ConnectionRefusedError", f"[Errno 111] Connection refused: {where}"), 503)
            lost[self.pod < 0] = self._around.failures.number(refused)
            seconds[self.pod < 0] = 0.002
        for n, fault in self._around.about(Fails, self._call, self._caller):
            if not fault.unreached:
                continue
            hit = self._hit(n, fault, fault.share)
            if hit is None:
                continue
            hit &= lost < 0
            lost[hit] = self._around.failures.number(Failure(fault.raised, fault.status, n))
            seconds[hit] = fault.seconds
        return lost, seconds

    def slowed(self, own: NDArray[np.float64]) -> NDArray[np.float64]:
        """The call's own time, with busy processors and with effects."""
        import numpy as np

        stretch = self._around.course.at("stretch", self._call.service, self._begun, 1.0)
        if stretch is not None:
            own = own * stretch
        for n, slow in self._around.about(Slows, self._call, self._caller):
            hit = self._hit(n, slow, slow.share)
            if hit is not None:
                own = np.where(hit, own * slow.times + slow.plus * self._rng.lognormal(0, 0.35, size=len(own)), own)
        return own

    def queued(
        self,
        clock: NDArray[np.float64],
        stopped: NDArray[np.bool_],
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        """When work begins: after a worker, and a connection to the database, were free."""
        service = self._call.service
        if self._call.kind not in ("http", "consume"):
            return clock
        clock = self._wait(clock, "wait", "refused", _NO_WORKER, stopped, status, failure)
        database = self._around.blueprint.database
        if service in self._around.blueprint.pools and any(c.service == database for c in self._call.children):
            clock = self._wait(clock, "pool_wait", "pool_refused", _NO_CONNECTION, stopped, status, failure)
        return clock

    def _wait(
        self,
        clock: NDArray[np.float64],
        noun: str,
        refusing: str,
        raised: Raised,
        stopped: NDArray[np.bool_],
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        import numpy as np

        course, service = self._around.course, self._call.service
        waits = course.at(noun, service, self._begun, 0.0)
        if waits is not None:
            clock = clock + waits * self._rng.gamma(3.0, 1 / 3.0, size=len(clock))
        refused = course.at(refusing, service, self._begun, 0.0)
        if refused is not None:
            hit = ~stopped & (self._rng.random(len(clock)) < refused)
            if hit.any():
                status[hit] = 503
                failure[hit] = self._around.failures.number(Failure(raised, 503))
                stopped |= hit
                clock = np.where(hit, np.maximum(clock, self._begun + 2.0), clock)
        return clock

    def fail(
        self,
        status: NDArray[np.int64],
        failure: NDArray[np.int64],
        stopped: NDArray[np.bool_],
        clock: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Let effects hit what is not stopped; writes into the columns and returns the later clock."""
        import numpy as np

        for n, fault in self._around.about(Fails, self._call, self._caller):
            if fault.unreached:
                continue
            share: NDArray[np.float64] | float = fault.share
            if fault.load_at:
                rate = self._around.course.at("arriving", self._call.service, self._begun, 0.0)
                if rate is not None:
                    share = share * np.minimum((rate / fault.load_at) ** 2, 3.0)
            hit = self._hit(n, fault, share)
            if hit is None:
                continue
            hit &= ~stopped
            status[hit] = fault.status if self._call.kind in ("http", "consume") else 0
            failure[hit] = self._around.failures.number(Failure(fault.raised, fault.status, n))
            stopped |= hit
            clock = np.where(hit, clock + fault.seconds, clock)
        return clock

    def _hit(self, n: int, effect: Fails | Slows, share: NDArray[np.float64] | float) -> NDArray[np.bool_] | None:
        """Which requests an effect hits; None where it hits none at that time."""
        held = self._around.holds(n, effect, self._begun, self._pods, self._call.service)
        if held is None:
            return None
        hit: NDArray[np.bool_] = self._rng.random(len(self._begun)) < held * share
        if effect.if_facts is not None:
            hit &= effect.if_facts(self._facts)
        if effect.across:
            if self._caller == "" or self._call.service not in self._around.fleets:
                return None
            hit &= self._around.across(effect.across, self._caller, self._call.service, self._pods)
        return hit


_PORTS = {"redis": 6379, "postgresql": 5432, "queue": 5672}
_NO_WORKER = Raised("ServerOverloaded", "no worker was free within 6 s")
_NO_CONNECTION = Raised("PoolTimeout", "no connection to the database was free within 2 s")
