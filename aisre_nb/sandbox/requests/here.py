"""The surroundings of one call of many requests: which pod serves each, and what hits it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.calls import Call
from aisre_nb.sandbox.engine.effects import Fails, Slows
from aisre_nb.sandbox.failures import Facts, Failure, Raised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.requests.requests import Step
    from aisre_nb.sandbox.requests.surroundings import Surroundings

_PORTS = {"redis": 6379, "postgresql": 5432, "queue": 5672}
_NO_WORKER = Raised("ServerOverloaded", "no worker was free within 6 s")
_NO_CONNECTION = Raised("PoolTimeout", "no connection to the database was free within 2 s")


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
