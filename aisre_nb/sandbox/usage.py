"""What pods use: processor, memory, disk; and what the shop counts beside its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aisre_nb.sandbox.clock import SECONDS, STEP
from aisre_nb.sandbox.counts import STEPS, Counts, Series
from aisre_nb.sandbox.metrics import Course
from aisre_nb.sandbox.pods import Fleet, Pod
from aisre_nb.sandbox.services import Service

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MIB = 1024 * 1024
_WARM_SECONDS = 400
"""How long a pod's memory grows after it began."""
_DISK = 0.83


def gauges(
    services: Sequence[Service], fleets: Mapping[str, Fleet], counts: Counts, full: str, rng: np.random.Generator
) -> Iterator[Course]:
    """``process.cpu.utilization`` and ``process.memory.usage`` of each pod; of datastores the disk too.

    ``full`` names the service whose memory is close below its limit, as it has been for long.
    """
    import numpy as np

    for service in services:
        load = counts.load(service.name)
        for number, pod in enumerate(fleets[service.name].pods):
            at = _alive(pod)
            if not len(at):
                continue
            step = np.maximum((at // STEP).astype(int) - 1, 0)
            busy = load[number][step] * service.cost / STEP / (service.cpu / 1000)
            noise = rng.normal(1, 0.05, size=len(at))
            cpu = np.clip((0.02 + busy) * noise, 0.001, 1)
            yield Course("process.cpu.utilization", "1", pod, {}, at, np.round(cpu, 5))
            memory = _memory(service, pod, at, service.name == full, rng)
            yield Course("process.memory.usage", "By", pod, {}, at, memory)
            if not service.tagged:
                grown = _DISK + at / SECONDS * 0.004 + rng.normal(0, 0.0004, size=len(at))
                where = {"system.filesystem.mountpoint": "/data"}
                yield Course("system.filesystem.utilization", "1", pod, where, at, np.round(grown, 5))


def _alive(pod: Pod) -> NDArray[np.float64]:
    import numpy as np

    at = np.arange(STEPS + 1, dtype=float) * STEP
    alive: NDArray[np.float64] = at[(at >= pod.begun) & (at < pod.ended)]
    return alive


def _memory(
    service: Service, pod: Pod, at: NDArray[np.float64], full: bool, rng: np.random.Generator
) -> NDArray[np.float64]:
    import numpy as np

    level = service.memory * 2 * (0.88 if full else float(rng.uniform(0.45, 0.6)))
    warm = 1 - 0.35 * np.exp(-(at - pod.begun) / _WARM_SECONDS)
    walk = np.cumsum(rng.normal(0, 0.0006, size=len(at)))
    found: NDArray[np.float64] = np.round(level * _MIB * warm * (1 + walk - walk.mean()), -3)
    return found


def orders(counted: Sequence[Series], fleets: Mapping[str, Fleet], service: str, operation: str) -> Iterator[Course]:
    """``shop.orders`` by outcome: what the histogram of the ordering operation says, as the business counts it."""
    import numpy as np

    at = np.arange(STEPS + 1, dtype=float) * STEP
    for number, pod in enumerate(fleets[service].pods):
        for outcome, codes in (("placed", range(200, 400)), ("refused", range(400, 500)), ("failed", range(500, 600))):
            total = np.zeros(STEPS + 1)
            for series in counted:
                if (series.service, series.operation, series.pod) == (service, operation, number):
                    total[1:] += np.cumsum(series.buckets.sum(axis=1)) if series.status in codes else 0
            alive = (at >= pod.begun) & (at < pod.ended + STEP)
            yield Course("shop.orders", "{order}", pod, {"shop.order.outcome": outcome}, at[alive], total[alive])
