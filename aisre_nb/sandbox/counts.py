"""All requests, counted: by metric, service, operation, status, pod and step of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.sandbox.clock import STEP
from aisre_nb.sandbox.engine.pods import Fleet, Pod
from aisre_nb.sandbox.requests import Requests

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
        self._parts: dict[tuple[str, str, str, str], list[tuple[NDArray[np.float64], ...]]] = defaultdict(list)
        self._loads: dict[str, NDArray[np.float64]] = {}

    def add(self, requests: Requests) -> None:
        """Count the spans of servers and consumers, the calls to others' services, and what datastores were asked."""
        import numpy as np

        for step in requests.steps:
            call = step.call
            there = step.served
            if call.service in self._fleets and there.any():
                load = self._loads.setdefault(
                    call.service, np.zeros((len(self._fleets[call.service].pods), self.steps))
                )
                np.add.at(load, (step.pod[there], self._step_of(step.ended[there])), 1)
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
                columns = (ended, took, step.status.astype(float), pod.astype(float))
                self._parts[key].append(tuple(column[there] for column in columns))

    def load(self, service: str) -> NDArray[np.float64]:
        """Requests or commands that each pod ended in each step: (pods, steps)."""
        import numpy as np

        pods = len(self._fleets[service].pods)
        return self._loads.get(service, np.zeros((pods, self.steps)))

    def series(self) -> Iterator[Series]:
        """Every series in which something was counted, in a fixed order."""
        import numpy as np

        width = len(BOUNDS) + 1
        for (metric, service, operation, address), parts in sorted(self._parts.items()):
            ended, took, status, pod = (np.concatenate(column) for column in zip(*parts, strict=True))
            bucket = np.searchsorted(np.array(BOUNDS), took, side="left")
            step = self._step_of(ended)
            pods = self._fleets[service].pods
            for code in np.unique(status):
                for number in np.unique(pod[status == code]):
                    mine = (status == code) & (pod == number)
                    flat = np.bincount(step[mine] * width + bucket[mine], minlength=self.steps * width)
                    yield Series(
                        metric=metric,
                        service=service,
                        operation=operation,
                        address=address,
                        status=int(code),
                        pod=pods[int(number)],
                        buckets=flat.reshape(self.steps, width),
                        seconds=np.bincount(step[mine], weights=took[mine], minlength=self.steps).astype(np.float64),
                    )

    def _step_of(self, ended: NDArray[np.float64]) -> NDArray[np.int64]:
        import numpy as np

        found: NDArray[np.int64] = np.clip((ended - self.since) // STEP, 0, self.steps - 1).astype(np.int64)
        return found
