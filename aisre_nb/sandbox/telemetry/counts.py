"""All requests, counted: by metric, service, operation, status, pod and step of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.sandbox.clock import STEP
from aisre_nb.sandbox.engine.pods import Fleet, Pod
from aisre_nb.sandbox.requests.requests import Requests

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Of the buckets, in seconds: those that OpenTelemetry's conventions advise for HTTP."""
SERVED = "http.server.request.duration"
ASKED = "http.client.request.duration"
PROCESSED = "messaging.process.duration"
_METRICS = {"http": SERVED, "external": ASKED, "consume": PROCESSED}


@dataclass(frozen=True)
class Series:
    """One series of a histogram, not yet cumulated: what each step of time brought."""

    metric: str
    service: str
    """Whose series it is: who served, or who asked."""
    operation: str
    address: str
    """Of somebody else's service that was asked."""
    status: int
    """Of HTTP; 0 where there was no answer."""
    pod: Pod
    buckets: NDArray[np.int64]
    """(steps, buckets)."""
    seconds: NDArray[np.float64]
    """The sum of the durations, a step."""


class Counts:
    """What was counted from one second to another, both multiples of `STEP`."""

    def __init__(self, fleets: Mapping[str, Fleet], since: int, until: int) -> None:
        self.since = since
        self.until = until
        self.steps = (until - since) // STEP
        self._fleets = fleets
        self._sums: dict[tuple[str, str, str, str, int, int], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        self._loads: dict[str, NDArray[np.float64]] = {}

    def add(self, requests: Requests) -> None:
        """Count the spans of servers and consumers, the calls to others' services, and what datastores were asked."""
        for step in requests.steps:
            call, there = step.call, step.served
            if call.service in self._fleets and there.any():
                self._load(call.service, step.pod[there], step.ended[there])
            metric = _METRICS.get(call.kind)
            if metric is None:
                continue
            if metric == ASKED:
                caller = requests.steps[step.parent]
                there = step.present
                key, pod = (metric, caller.call.service, call.operation, call.service), caller.pod
                ended, took = step.answered, step.answered - step.sent
            else:
                key, pod = (metric, call.service, call.operation, ""), step.pod
                ended, took = step.ended, step.ended - step.begun
            if there.any():
                self._count(key, ended[there], took[there], step.status[there], pod[there])

    def load(self, service: str) -> NDArray[np.float64]:
        """Requests or commands that each pod ended in each step: (pods, steps)."""
        import numpy as np

        pods = len(self._fleets[service].pods)
        return self._loads.get(service, np.zeros((pods, self.steps)))

    def series(self) -> Iterator[Series]:
        """Every series in which something was counted, in a fixed order."""
        for key, (buckets, seconds) in sorted(self._sums.items(), key=lambda item: item[0]):
            metric, service, operation, address, status, pod = key
            yield Series(
                metric=metric,
                service=service,
                operation=operation,
                address=address,
                status=status,
                pod=self._fleets[service].pods[pod],
                buckets=buckets,
                seconds=seconds,
            )

    def _load(self, service: str, pod: NDArray[np.int64], ended: NDArray[np.float64]) -> None:
        import numpy as np

        pods = len(self._fleets[service].pods)
        number = np.bincount(pod * self.steps + self._step_of(ended), minlength=pods * self.steps)
        self._loads[service] = self.load(service) + number.reshape(pods, self.steps)

    def _count(
        self,
        key: tuple[str, str, str, str],
        ended: NDArray[np.float64],
        took: NDArray[np.float64],
        status: NDArray[np.int64],
        pod: NDArray[np.int64],
    ) -> None:
        import numpy as np

        width = len(BOUNDS) + 1
        bucket = np.searchsorted(np.array(BOUNDS), took, side="left")
        step = self._step_of(ended)
        which = status * 4096 + pod
        for both in np.unique(which).tolist():
            mine = which == both
            flat: NDArray[np.int64] = np.bincount(step[mine] * width + bucket[mine], minlength=self.steps * width)
            spent = np.bincount(step[mine], weights=took[mine], minlength=self.steps)
            seconds: NDArray[np.float64] = spent.astype(np.float64)
            place = (*key, both // 4096, both % 4096)
            known = self._sums.get(place)
            buckets: NDArray[np.int64] = flat.reshape(self.steps, width)
            if known is not None:
                buckets, seconds = known[0] + buckets, known[1] + seconds
            self._sums[place] = (buckets, seconds)

    def _step_of(self, ended: NDArray[np.float64]) -> NDArray[np.int64]:
        import numpy as np

        found: NDArray[np.int64] = np.clip((ended - self.since) // STEP, 0, self.steps - 1).astype(np.int64)
        return found
