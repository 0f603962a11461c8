"""Pods: which ran when, in which version, and which one served a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOREVER = float("inf")


@dataclass(eq=False)
class Pod:
    """One pod. Seconds count from the world's start; what ran before has a negative ``begun``."""

    name: str
    service: str
    version: str
    node: str
    begun: float
    """When it was ready for the first time; `FOREVER` for one that never was."""
    ended: float = FOREVER
    zone: str = ""
    revision: int = 1
    created: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)
    waiting: str = ""
    """Why it never was ready: ``ImagePullBackOff``, ``Unschedulable``, ``Unhealthy``."""
    message: str = ""
    downs: list[tuple[float, float, str]] = field(default_factory=list)
    """From when to when it was not ready, and why: ``OOMKilled``, ``Unhealthy``, ``NodeLost``."""

    @property
    def resource(self) -> dict[str, str]:
        """The OpenTelemetry resource."""
        return {
            "service.name": self.service,
            "service.version": self.version,
            "service.namespace": "shop",
            "k8s.namespace.name": "shop",
            "k8s.deployment.name": self.service,
            "k8s.pod.name": self.name,
            "k8s.node.name": self.node,
            "cloud.availability_zone": self.zone,
        }

    def ready(self, at: float) -> bool:
        """Whether it serves at that second."""
        if not self.begun <= at < self.ended:
            return False
        return not any(since <= at < until for since, until, _ in self.downs)

    def exists(self, at: float) -> bool:
        """Whether it is there, ready or not."""
        return self.created <= at < self.ended


class Fleet:
    """All pods that a service has had so far. Made anew when they change."""

    def __init__(self, service: str, pods: tuple[Pod, ...]) -> None:
        self.service = service
        self.pods = pods

    @cached_property
    def _epochs(self) -> NDArray[np.float64]:
        """When the set of ready pods changes."""
        import numpy as np

        times = {-1e12}
        for pod in self.pods:
            times |= {t for t in (pod.begun, pod.ended) if 0 < t < 1e12}
            times |= {t for since, until, _ in pod.downs for t in (since, until) if 0 < t < 1e12}
        return np.array(sorted(times))

    @cached_property
    def _table(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which pods are ready from each epoch on: (epochs, width), and how many."""
        import numpy as np

        alive = [[n for n, pod in enumerate(self.pods) if pod.ready(max(float(e), 0.0))] for e in self._epochs]
        width = max(1, *map(len, alive))
        table = np.array([[*row, *[-1] * (width - len(row))] for row in alive])
        return table, np.array([max(len(row), 1) for row in alive])

    def serving(self, at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
        """For each instant the index of a pod that is ready then; -1 where none is."""
        import numpy as np

        table, sizes = self._table
        epoch = np.searchsorted(self._epochs, at, side="right") - 1
        pick = (rng.random(len(at)) * sizes[epoch]).astype(np.int64)
        found: NDArray[np.int64] = table[epoch, pick]
        return found
