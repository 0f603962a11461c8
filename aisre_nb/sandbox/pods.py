"""Pods: which ran when, in which version, and which one served a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aisre_nb.sandbox.services import Service

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of Kubernetes' generated names."""


@dataclass(frozen=True)
class Pod:
    """One pod. Seconds count from the world's start; what ran before has a negative ``begun``."""

    name: str
    service: str
    version: str
    node: str
    begun: float
    ended: float = float("inf")

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
        }


@dataclass(frozen=True)
class Rollout:
    """A new version, one pod after the other."""

    service: str
    version: str
    at: float
    """Seconds from the world's start."""


@dataclass(frozen=True)
class Fleet:
    """All pods that a service has in a world."""

    service: str
    pods: tuple[Pod, ...]
    _epochs: NDArray[np.float64] = field(repr=False)
    """When the set of running pods changes."""
    _alive: tuple[tuple[int, ...], ...] = field(repr=False)
    """The pods that run from each epoch on."""

    def serving(self, at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
        """For each instant the index of a pod that runs then."""
        import numpy as np

        epoch = np.searchsorted(self._epochs, at, side="right") - 1
        width = max(len(alive) for alive in self._alive)
        table = np.array([[*alive, *[0] * (width - len(alive))] for alive in self._alive])
        sizes = np.array([len(alive) for alive in self._alive])
        pick = (rng.random(len(at)) * sizes[epoch]).astype(np.int64)
        found: NDArray[np.int64] = table[epoch, pick]
        return found

    def runs(self, version: str) -> NDArray[np.bool_]:
        """For each pod, whether it is of that version."""
        import numpy as np

        return np.array([pod.version == version for pod in self.pods])


def fleet(
    service: Service, rollouts: Sequence[Rollout], rng: np.random.Generator, grown_at: float | None = None
) -> Fleet:
    """The pods of a service: those that ran before, and those that each rollout brought.

    ``grown_at``: when an autoscaler added the last of its replicas, if it did.
    """
    import numpy as np

    age = float(rng.uniform(1.5, 9) * 86400)
    current = _revision(service, service.version, rng, [-age + 20.0 * n for n in range(service.replicas)])
    if grown_at is not None:
        current[-1] = replace(current[-1], begun=grown_at)
    pods: list[Pod] = []
    for rollout in sorted((r for r in rollouts if r.service == service.name), key=lambda r: r.at):
        ready = rollout.at + np.cumsum(rng.uniform(14, 26, size=service.replicas))
        following = _revision(service, rollout.version, rng, [float(at) for at in ready])
        # maxUnavailable 0: an old pod goes when a new one is ready.
        pods += [replace(pod, ended=new.begun + 2.0) for pod, new in zip(current, following, strict=True)]
        current = following
    pods += current
    epochs = sorted({-1e12, *(p.begun for p in pods if p.begun > 0), *(p.ended for p in pods if p.ended < 1e12)})
    alive = [tuple(i for i, p in enumerate(pods) if max(p.begun, -1e12) <= max(e, 0) < p.ended) for e in epochs]
    return Fleet(service.name, tuple(pods), np.array(epochs), tuple(alive))


def _revision(service: Service, version: str, rng: np.random.Generator, begun: list[float]) -> list[Pod]:
    def word(length: int) -> str:
        return "".join(_LETTERS[i] for i in rng.integers(len(_LETTERS), size=length))

    replica_set = word(9)
    return [
        Pod(f"{service.name}-{replica_set}-{word(5)}", service.name, version, f"node-{rng.integers(1, 6)}", at)
        for at in begun
    ]
