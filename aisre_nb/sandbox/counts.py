"""All requests, counted: by service, route, status, pod and step of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.sandbox.clock import SECONDS, STEP
from aisre_nb.sandbox.pods import Fleet
from aisre_nb.sandbox.requests import Requests

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Of the buckets, in seconds: those that OpenTelemetry's conventions advise for HTTP."""
STEPS = SECONDS // STEP


@dataclass(frozen=True)
class Series:
    """One series of the histogram, not yet cumulated: what each step of time brought."""

    service: str
    operation: str
    status: int
    pod: int
    """Index into the service's fleet."""
    buckets: NDArray[np.int64]
    """(steps, buckets)."""
    seconds: NDArray[np.float64]
    """The sum of the durations, a step."""


class Counts:
    """What was counted so far."""

    def __init__(self, fleets: Mapping[str, Fleet]) -> None:
        self._fleets = fleets
        self._parts: dict[tuple[str, str], list[tuple[NDArray[np.float64], ...]]] = defaultdict(list)
        self._loads: dict[str, NDArray[np.float64]] = {}

    def add(self, requests: Requests) -> None:
        """Count the server spans of these requests, and what datastores were asked."""
        import numpy as np

        for step in requests.steps:
            there = step.present
            service = step.call.service
            if service not in self._fleets:
                continue
            ended, pod = step.ended[there], step.pod[there]
            load = self._loads.setdefault(service, np.zeros((len(self._fleets[service].pods), STEPS)))
            np.add.at(load, (pod, _step_of(ended)), 1)
            if step.call.kind == "http":
                part = (ended, (step.ended - step.begun)[there], step.status[there].astype(float), pod.astype(float))
                self._parts[service, step.call.operation].append(part)

    def load(self, service: str) -> NDArray[np.float64]:
        """Requests or commands that each pod ended in each step: (pods, steps)."""
        import numpy as np

        pods = len(self._fleets[service].pods)
        return self._loads.get(service, np.zeros((pods, STEPS)))

    def series(self) -> Iterator[Series]:
        """Every series in which something was counted, in a fixed order."""
        import numpy as np

        width = len(BOUNDS) + 1
        for (service, operation), parts in sorted(self._parts.items()):
            ended, took, status, pod = (np.concatenate(column) for column in zip(*parts, strict=True))
            bucket = np.searchsorted(np.array(BOUNDS), took, side="left")
            step = _step_of(ended)
            for code in np.unique(status):
                for number in np.unique(pod[status == code]):
                    mine = (status == code) & (pod == number)
                    flat = np.bincount(step[mine] * width + bucket[mine], minlength=STEPS * width)
                    yield Series(
                        service=service,
                        operation=operation,
                        status=int(code),
                        pod=int(number),
                        buckets=flat.reshape(STEPS, width),
                        seconds=np.bincount(step[mine], weights=took[mine], minlength=STEPS).astype(np.float64),
                    )


def _step_of(ended: NDArray[np.float64]) -> NDArray[np.int64]:
    import numpy as np

    found: NDArray[np.int64] = np.minimum(ended // STEP, STEPS - 1).astype(np.int64)
    return found
