"""What pods, nodes, pools, queues and datastores use; and what the shop counts beside its requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.clock import SECONDS, STEP
from aisre_nb.sandbox.engine.engine import Engine
from aisre_nb.sandbox.engine.pods import Fleet, Pod
from aisre_nb.sandbox.services import Service
from aisre_nb.sandbox.settings import mebibytes
from aisre_nb.sandbox.telemetry.counts import ASKED, SERVED, Counts, Series
from aisre_nb.sandbox.telemetry.metrics import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.chance import Chance

_MIB = 1024 * 1024
_WARM_SECONDS = 400
"""How long a pod's memory grows after it began."""
_DISK_GROWS = 0.004 / SECONDS
"""Share of the disk a second, in quiet times."""


class Usage:
    """Gauges of one window: from what was counted in it, and from the engine."""

    def __init__(
        self,
        blueprint: Blueprint,
        fleets: Mapping[str, Fleet],
        engine: Engine,
        counts: Counts,
        chance: Chance,
        full: str,
    ) -> None:
        import numpy as np

        self._blueprint = blueprint
        self._fleets = fleets
        self._engine = engine
        self._counts = counts
        self._chance = chance
        self._full = full
        first = 0 if counts.since == 0 else 1
        self._at = counts.since + np.arange(first, counts.steps + 1, dtype=float) * STEP

    def lines(self) -> Iterator[Line]:
        """All of them."""
        for service in self._blueprint.services:
            for number, pod in enumerate(self._fleets[service.name].pods):
                yield from self._pod(service, number, pod)
            yield from self._deployment(service)
        yield from self._nodes()
        yield from self._pools()
        yield from self._datastores()

    def _pod(self, service: Service, number: int, pod: Pod) -> Iterator[Line]:
        import numpy as np

        at = self._at[(self._at >= pod.begun) & (self._at < pod.ended)]
        at = at[[pod.ready(float(t)) for t in at]] if pod.downs else at
        if len(at):
            rng = self._chance.stream(f"usage {pod.name} {self._counts.since}")
            load = self._counts.load(service.name)
            step = np.clip(((at - self._counts.since) // STEP).astype(int) - 1, 0, self._counts.steps - 1)
            mean = load.sum(axis=0)[step] / np.maximum((load > 0).sum(axis=0)[step], 1)
            share = np.where(mean > 0, load[number][step] / np.maximum(mean, 1e-9), 0.0)
            busy = self._course("cpu", service.name, at, 0.0) * share
            cpu = np.clip((0.02 + busy) * rng.normal(1, 0.05, size=len(at)), 0.001, 1)
            yield self._of(pod, "process.cpu.utilization", "1", at, np.round(cpu, 5))
            yield self._of(pod, "process.memory.usage", "By", at, self._memory(service, pod, at, rng))
        there = self._at[(self._at >= max(pod.created, 0)) & (self._at < pod.ended)]
        if len(there):
            restarts = [float(sum(1 for since, _, why in pod.downs if since <= t and why != "NodeLost")) for t in there]
            yield self._of(pod, "k8s.container.restarts", "{restart}", there, np.array(restarts))

    def _memory(
        self, service: Service, pod: Pod, at: NDArray[np.float64], rng: np.random.Generator
    ) -> NDArray[np.float64]:
        import numpy as np

        limit = mebibytes(pod.settings["resources.memory"])
        own = self._chance.stream(f"memory {pod.name}").uniform(0.45, 0.6)
        used = limit * (0.88 if service.name == self._full else own)
        warm = 1 - 0.35 * np.exp(-(at - pod.begun) / _WARM_SECONDS)
        for since, until, _ in pod.downs:
            warm = np.where(at >= until, 1 - 0.35 * np.exp(-(at - until) / _WARM_SECONDS), warm)
            del since
        found = used * warm * (1 + rng.normal(0, 0.002, size=len(at)))
        leaked = self._engine.memory.get(pod)
        if leaked:
            when, grown = np.array(leaked).T
            place = np.searchsorted(when, at, side="right") - 1
            found = np.minimum(found * 0.96 + np.where(place >= 0, grown[np.maximum(place, 0)], 0.0), limit)
        rounded: NDArray[np.float64] = np.round(found * _MIB, -3)
        return rounded

    def _deployment(self, service: Service) -> Iterator[Line]:
        import numpy as np

        pods = self._fleets[service.name].pods
        ready = np.array([float(sum(pod.ready(float(t)) for pod in pods)) for t in self._at])
        where = self._where(service.name)
        yield Line("k8s.deployment.available", "{pod}", service.name, where, -SECONDS, {}, self._at, ready)
        missing = np.maximum(self._course("replicas", service.name, self._at, float(service.replicas)) - ready, 0.0)
        yield Line("k8s.deployment.unavailable", "{pod}", service.name, where, -SECONDS, {}, self._at, missing)
        most = int(self._engine.cluster.settings[service.name].get("autoscaling.max", "0"))
        if most:
            same = np.full(len(self._at), float(most))
            yield Line("k8s.hpa.max_replicas", "{pod}", service.name, where, -SECONDS, {}, self._at, same)
            yield Line("k8s.hpa.current_replicas", "{pod}", service.name, where, -SECONDS, {}, self._at, ready)

    def _nodes(self) -> Iterator[Line]:
        import numpy as np

        for node in self._engine.cluster.nodes.values():
            rng = self._chance.stream(f"node {node.name} {self._counts.since}")
            used = np.full(len(self._at), 0.06)
            for service in self._blueprint.services:
                mine = [p for p in self._fleets[service.name].pods if p.node == node.name]
                busy = self._course("cpu", service.name, self._at, 0.0) * service.cpu / node.cpu
                for pod in mine:
                    used = used + np.where([pod.ready(float(t)) for t in self._at], busy, 0.0)
            for n, burnt in self._engine.burns(node.name):
                used = used + self._course("effect", str(n), self._at, 0.0) * burnt
            used = np.clip(used * rng.normal(1, 0.04, size=len(self._at)), 0.0, 0.995)
            lost = [any(p.node == node.name and p.downs and p.downs[-1][2] == "NodeLost" and p.downs[-1][0] - 40 <= t
                        for f in self._fleets.values() for p in f.pods) for t in self._at]  # fmt: skip
            kept = ~np.array(lost, dtype=bool)
            where = (("k8s.node.name", node.name), ("cloud.availability_zone", node.zone))
            yield Line(
                "k8s.node.cpu.utilization", "1", "", where, -SECONDS, {}, self._at[kept], np.round(used[kept], 4)
            )

    def _pools(self) -> Iterator[Line]:
        import numpy as np

        for name in self._blueprint.pools:
            size = self._course("pool_size", name, self._at, 0.0)
            used = np.minimum(np.round(self._course("pool_used", name, self._at, 0.0), 1), size)
            where = self._where(name)
            system = {"db.client.connection.pool.name": f"{self._blueprint.database}/{name}"}
            for state, values in (("used", used), ("idle", size - used)):
                told = system | {"db.client.connection.state": state}
                yield Line("db.client.connection.count", "{connection}", name, where, -SECONDS, told, self._at, values)
            yield Line("db.client.connection.max", "{connection}", name, where, -SECONDS, system, self._at, size)
            waits = np.round(self._course("pool_pending", name, self._at, 0.0))
            metric = "db.client.connection.pending_requests"
            yield Line(metric, "{request}", name, where, -SECONDS, system, self._at, waits)

    def _datastores(self) -> Iterator[Line]:
        import numpy as np

        rng = self._chance.stream(f"datastores {self._counts.since}")
        for service in (s for s in self._blueprint.services if not s.tagged):
            name, where = service.name, self._where(service.name)
            level = self._course("disk", name, self._at, 0.83) + self._at * _DISK_GROWS
            level = np.minimum(level + rng.normal(0, 0.0004, size=len(self._at)), 1.0)
            told = {"system.filesystem.mountpoint": "/data"}
            metric = "system.filesystem.utilization"
            yield Line(metric, "1", name, where, -SECONDS, told, self._at, np.round(level, 5))
        database, queue = self._blueprint.database, self._blueprint.queue
        kept = sum(self._course("pool_size", name, self._at, 0.0) for name in self._blueprint.pools)
        where = self._where(database)
        most = self._course("connections_max", database, self._at, 100.0)
        total = np.minimum(kept + 4, most)
        yield Line(
            "postgresql.backends",
            "{connection}",
            database,
            where,
            -SECONDS,
            {},
            self._at,
            np.round(total).astype(np.float64),
        )
        yield Line("postgresql.connection.max", "{connection}", database, where, -SECONDS, {}, self._at, most)
        depth = np.round(self._course("queue", queue, self._at, 0.0))
        age = np.round(self._course("queue_age", queue, self._at, 0.0), 1)
        told = {"messaging.destination.name": "orders"}
        where = self._where(queue)
        yield Line("rabbitmq.message.current", "{message}", queue, where, -SECONDS, told, self._at, depth)
        yield Line("rabbitmq.message.oldest.age", "s", queue, where, -SECONDS, told, self._at, age)
        for name, hit, used in self._engine.caches():
            where = self._where(name)
            ratio = np.clip(self._course("hit", name, self._at, hit) + rng.normal(0, 0.004, size=len(self._at)), 0, 1)
            yield Line("redis.keyspace.hit_ratio", "1", name, where, -SECONDS, {}, self._at, np.round(ratio, 4))
            memory = self._course("cache_used", name, self._at, used) * _MIB
            yield Line("redis.memory.used", "By", name, where, -SECONDS, {}, self._at, np.round(memory, -3))

    def _course(self, noun: str, name: str, at: NDArray[np.float64], usual: float) -> NDArray[np.float64]:
        """The engine's value of the step that ends at each instant."""
        import numpy as np

        found = self._engine.course.at(noun, name, np.maximum(at - 1, 0.0), usual)
        return np.full(len(at), usual) if found is None else found

    def _where(self, service: str) -> tuple[tuple[str, str], ...]:
        return (("service.name", service), ("k8s.namespace.name", "shop"), ("k8s.deployment.name", service))

    def _of(self, pod: Pod, metric: str, unit: str, at: NDArray[np.float64], values: NDArray[np.float64]) -> Line:
        return Line(metric, unit, pod.service, tuple(pod.resource.items()), pod.begun, {}, at, values)


class Business:
    """Counters of the business: orders by outcome, and mails; window after window."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str, str], float] = {}

    def lines(
        self, counted: Sequence[Series], counts: Counts, fleets: Mapping[str, Fleet], names: Mapping[str, str]
    ) -> Iterator[Line]:
        """``names``: how the services ``checkout``, ``email`` and ``smtp`` are called here."""
        outcomes = (("placed", range(200, 400)), ("refused", range(400, 500)), ("failed", range(500, 600)))
        for pod in fleets[names["checkout"]].pods:
            mine = [s for s in counted if s.metric == SERVED and s.pod is pod and "POST" in s.operation]
            for outcome, codes in outcomes:
                some = [s for s in mine if s.status in codes]
                yield from self._line("shop.orders", "{order}", pod, {"shop.order.outcome": outcome}, some, counts)
        for pod in fleets[names["email"]].pods:
            sent = [
                s for s in counted if s.metric == ASKED and s.pod is pod and s.address == names["smtp"] and s.status
            ]
            yield from self._line("shop.mails", "{mail}", pod, {"shop.mail.kind": "confirmation"}, sent, counts)

    def _line(
        self, metric: str, unit: str, pod: Pod, told: Mapping[str, str], some: Sequence[Series], counts: Counts
    ) -> Iterator[Line]:
        import numpy as np

        key = (metric, pod.name, next(iter(told.values())))
        begun = self._totals.get(key, 0.0)
        brought = sum((s.buckets.sum(axis=1) for s in some), np.zeros(counts.steps))
        total = np.concatenate([[begun], begun + np.cumsum(brought)])
        self._totals[key] = float(total[-1])
        first = 0 if counts.since == 0 else 1
        at = counts.since + np.arange(counts.steps + 1, dtype=float) * STEP
        alive = (at >= pod.begun) & (at < pod.ended + STEP)
        alive[:first] = False
        if alive.any():
            yield Line(metric, unit, pod.service, tuple(pod.resource.items()), pod.begun, told, at[alive], total[alive])
