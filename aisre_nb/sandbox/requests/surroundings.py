"""What requests meet: pods, queues, effects, time limits, each at its instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.calls import Call
from aisre_nb.sandbox.engine.course import Course
from aisre_nb.sandbox.engine.effects import Calls, Effect
from aisre_nb.sandbox.engine.pods import Fleet
from aisre_nb.sandbox.failures import Facts, Failure, Failures, Raised
from aisre_nb.sandbox.requests.here import Here

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.requests.requests import Step

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
        whose = effect.whose or callee
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
