"""The engine: advances the cluster and the flow of requests in steps of `DT` seconds.

A step knows only what was before it, so that an action changes nothing that has been told already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.engine.course import DT, Course
from aisre_nb.sandbox.engine.effects import Arrives, Burns, Consumes, Effect, Fills, Leaks, Restarts
from aisre_nb.sandbox.engine.flow import Flow, Load, Node
from aisre_nb.sandbox.engine.pods import Pod
from aisre_nb.sandbox.settings import cores, mebibytes

_BUSY = 0.75
"""Of the processors in use, above which the autoscaler adds a pod."""
_PRINTED = 6.0
"""Seconds that the warehouse's printer keeps a consumer waiting, a message."""
_HITS = 0.93
_CACHED = 390.0
"""MiB that the shop keeps in its cache when it may."""
_BASE_MEMORY = 0.52
"""Of the limit, what a pod that leaks nothing uses."""


@dataclass
class Operation:
    """Something that is done to the cluster at a second."""

    at: float
    do: Callable[[Cluster, float], None]


@dataclass
class Engine:
    """One world's engine."""

    blueprint: Blueprint
    cluster: Cluster
    effects: list[Effect]
    means: Mapping[int, float]
    rate: Callable[[int, float], float]
    """Requests a second for a page (its number) at a second, without what effects add."""
    operations: list[Operation] = field(default_factory=list)
    course: Course = field(default_factory=Course)
    leaked: dict[Pod, float] = field(default_factory=lambda: defaultdict(float))
    memory: dict[Pod, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """What a pod has leaked, MiB, over time."""
    disk: float = 0.83
    queue: float = 0.0
    """Messages that wait."""
    taken: float = 0.0
    """Messages a second that the consumers take."""
    used: dict[str, float] = field(default_factory=dict)
    """Cores that a service would use over those that it may, in the last step."""
    scaled: dict[str, float] = field(default_factory=dict)
    hit: float = 0.93
    """Share of the look-ups that the cache can answer."""
    busy_for: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.flow = Flow(self.blueprint, self.effects, self.means)
        self.trees = [self.flow.compile(page.call) for page in self.blueprint.pages]
        self.limited = [node for tree in self.trees for node in _nodes(tree) if node.limit is not None]
        self.active: list[float] = [0.0] * len(self.effects)
        self.crashes: dict[Pod, int] = defaultdict(int)

    def recompile(self) -> None:
        """After `effects` changed: a new version of some source behaves as an older one did."""
        self.flow.effects = self.effects
        self.active += [0.0] * (len(self.effects) - len(self.active))
        self.trees = [self.flow.compile(page.call) for page in self.blueprint.pages]
        self.limited = [node for tree in self.trees for node in _nodes(tree) if node.limit is not None]

    def take(self, at: float) -> None:
        """Do what is due by that second."""
        due = [o for o in self.operations if o.at <= at]
        self.operations = [o for o in self.operations if o.at > at]
        for operation in sorted(due, key=lambda o: o.at):
            operation.do(self.cluster, operation.at)

    def run(self, until: float) -> None:
        """Advance to that second (a multiple of `DT`)."""
        while self.course.steps * DT < until:
            self._step(float(self.course.steps * DT))

    def _step(self, at: float) -> None:
        self.take(at + DT - 1e-6)
        self.cluster.tick(at)
        ready = {service.name: self.cluster.alive(service.name, at) for service in self.blueprint.services}
        for n, effect in enumerate(self.effects):
            self.active[n] = self._share(n, effect, ready, at)
        load = self._flow(ready, at)
        self._stations(load, ready)
        self._memory(load, ready, at)
        self._disk(at)
        self._cache()
        most = float(self.cluster.settings[self.blueprint.database].get("MAX_CONNECTIONS", "100"))
        self.course.put("connections_max", self.blueprint.database, most, 100.0)
        self._consume(load, ready)
        self._autoscale(at)
        self._restart(ready, at)
        self.course.end_step()

    def _share(self, n: int, effect: Effect, ready: Mapping[str, Sequence[Pod]], at: float) -> float:
        """How much of an effect holds; leaves in the course the part that is no pod's own."""
        when = effect.when
        share = when.share(self.cluster, at)
        whose = effect.whose
        if when.key and whose in self.blueprint.live:
            share *= self.cluster.settings[whose].get(when.key) in when.values
        elif when.asks_pods and whose:
            of_pods = _part([when.pod(pod) for pod in ready.get(whose, ())])
            if whose not in (effect.service, effect.caller):
                share *= of_pods
            self.course.put("effect", str(n), share, 0.0)
            return share * (of_pods if whose in (effect.service, effect.caller) else 1.0)
        elif when.asks_pods:
            every = [when.pod(pod) for pods in ready.values() for pod in pods]
            self.course.put("effect", str(n), share, 0.0)
            return share * _part(every)
        self.course.put("effect", str(n), share, 0.0)
        return share

    def _flow(self, ready: Mapping[str, Sequence[Pod]], at: float) -> Load:
        load = Load()
        self.flow.zones = {
            name: {zone: _part([pod.zone == zone for pod in pods]) for zone in {pod.zone for pod in pods}}
            for name, pods in ready.items()
        }
        limits = {}
        for caller, _, key, unit in self.blueprint.limits:
            pods = ready[caller]
            told = [float(pod.settings.get(key, "0")) for pod in pods] or [0.0]
            limits[caller, key] = sum(told) / len(told) * unit
        named = {
            (node.caller, node.call.operation): limits[node.caller, node.limit[0]]
            for node in self.limited if node.limit is not None
        }  # fmt: skip
        gateway = self.blueprint.gateway
        told = [float(pod.settings.get("RETRIES", "0")) for pod in ready[gateway]] or [0.0]
        self.flow.attempts = {gateway: 1 + sum(told) / len(told)}
        for number, tree in enumerate(self.trees):
            rate = self.rate(number, at) * (1 + self._more(tree))
            if tree.call.service == self.blueprint.consumer and tree.call.kind == "consume":
                rate = self.taken
            self.course.put("rate", str(number), rate, -1.0)
            self.flow.visit(tree, rate, self.active, named, load)
        self.flow.before = dict(load.arriving)
        return load

    def _more(self, tree: Node) -> float:
        """What effects add to a page, as a share of its usual rate."""
        return sum(
            self.active[n] * (effect.times - 1)
            for n, effect in enumerate(self.effects)
            if isinstance(effect, Arrives) and effect.operation in ("*", tree.call.operation)
        )

    def _stations(self, load: Load, ready: Mapping[str, Sequence[Pod]]) -> None:
        for service in self.blueprint.services:
            name, pods = service.name, ready[service.name]
            power = sum(cores(pod.settings.get("resources.cpu", "1")) * self._left(pod) for pod in pods)
            used = load.cpu[name] / max(power, 1e-3)
            self.used[name] = used
            self.course.put("cpu", name, min(used, 1.0), 0.0)
            before = self.flow.stretch[name]
            # A processor shared by all: twice as slow at half load would be too much for requests that mostly wait.
            aim = 1 / (1 - min(used, 0.96) ** 2)
            self.flow.stretch[name] = before + 0.6 * (aim - before)
            self.course.put("stretch", name, self.flow.stretch[name], 1.0)
            threads = self.flow.workers[name]
            rate = load.arriving[name]
            inside = load.inside[name] / rate if rate > 0 else 0.0
            # Work that no processor has time for keeps its worker, however many there are.
            servers = float(len(pods) * service.workers)
            if used > 1:
                servers = min(servers, inside * rate / used)
            threads.step(rate, inside, servers, DT)
            self.course.put("wait", name, threads.wait if threads.wait > 1e-3 else 0.0, 0.0)
            self.course.put("refused", name, threads.refused, 0.0)
            self.course.put("arriving", name, rate, 0.0)
            self.course.put("replicas", name, float(self.cluster.replicas[name]), float(service.replicas))
        for name in self.blueprint.pools:
            size = sum(float(pod.settings["DB_POOL_SIZE"]) for pod in ready[name])
            pool = self.flow.pools[name]
            asked = load.asked[name]
            pool.step(asked, load.held[name] / asked if asked > 0 else 0.0, size, DT)
            self.course.put("pool_wait", name, pool.wait if pool.wait > 1e-3 else 0.0, 0.0)
            self.course.put("pool_refused", name, pool.refused, 0.0)
            self.course.put("pool_used", name, min(load.held[name] + pool.backlog, size), -1.0)
            self.course.put("pool_size", name, size, -1.0)
            self.course.put("pool_pending", name, pool.backlog, 0.0)

    def _left(self, pod: Pod) -> float:
        """How much of its processors a pod has for itself."""
        left = 1.0
        for n, effect in enumerate(self.effects):
            if (
                isinstance(effect, Burns)
                and self.active[n]
                and effect.service in ("*", pod.service)
                and effect.when.pod(pod)
            ):
                left *= 1 - effect.share
        return left

    def _memory(self, load: Load, ready: Mapping[str, Sequence[Pod]], at: float) -> None:
        for n, effect in enumerate(self.effects):
            if not isinstance(effect, Leaks) or not self.active[n]:
                continue
            pods = ready[effect.service]
            for pod in (p for p in pods if effect.when.pod(p)):
                served = load.arriving[effect.service] / max(len(pods), 1) * DT
                grown = effect.mib_per_minute * DT / 60 + effect.kib_per_request * served / 1024
                self.leaked[pod] = min(self.leaked[pod] + grown, effect.most)
                self.memory[pod].append((at, self.leaked[pod]))
                limit = mebibytes(pod.settings["resources.memory"])
                if limit * _BASE_MEMORY + self.leaked[pod] < limit:
                    continue
                self.crashes[pod] += 1
                down = min(22.0 + 10 * 2 ** (self.crashes[pod] - 1), 120.0)
                text = f"Container {pod.service} was OOM killed: it used more than {round(limit)}Mi"
                self.cluster.kill(pod, at + 5, down, "OOMKilled", text)
                self.leaked[pod] = 0.0
                self.memory[pod].append((at + 5, 0.0))

    def _disk(self, at: float) -> None:
        fills = [(n, e) for n, e in enumerate(self.effects) if isinstance(e, Fills)]
        for n, effect in fills:
            if self.active[n]:
                self.disk = min(self.disk + effect.per_minute * DT / 60 * self.active[n], 1.0)
            elif effect.drains and self.disk > 0.84:
                self.disk = max(self.disk - 4 * effect.per_minute * DT / 60, 0.83)
        self.course.put("disk", self.blueprint.database, self.disk, 0.83)

    def burns(self, node: str) -> list[tuple[int, float]]:
        """Effects (their numbers) that use the processors of a node, with the share."""
        return [
            (n, effect.share)
            for n, effect in enumerate(self.effects)
            if isinstance(effect, Burns) and node in effect.when.nodes
        ]

    def caches(self) -> list[tuple[str, float, float]]:
        """Names of caches with their usual share of hits and their usual MiB."""
        return [(self.blueprint.cache, _HITS, _CACHED)]

    def _cache(self) -> None:
        """What no longer fits is evicted, and missed when it is asked for again."""
        name = self.blueprint.cache
        most = float(self.cluster.settings[name].get("MAXMEMORY_MB", "512"))
        aim = _HITS * min(most / _CACHED, 1.0) ** 0.7
        self.hit += (aim - self.hit) * (0.5 if aim < self.hit else 0.06)
        self.course.put("hit", name, self.hit, _HITS)
        self.course.put("cache_used", name, min(most, _CACHED), _CACHED)

    def _consume(self, load: Load, ready: Mapping[str, Sequence[Pod]]) -> None:
        """What the consumers take from the queue."""
        tree = next((t for t in self.trees if t.call.kind == "consume"), None)
        if tree is None:
            return
        pods = ready[self.blueprint.consumer]
        slower, stands = 1.0, 0.0
        for n, effect in enumerate(self.effects):
            if isinstance(effect, Consumes):
                slower *= 1 + self.active[n] * (effect.times - 1)
                stands = max(stands, self.active[n] * effect.stands)
        slots = sum(float(pod.settings["CONSUMERS"]) for pod in pods) * (1 - stands)
        able = slots / max((tree.answer or 0.05) * slower + _PRINTED, 1e-3)
        there = self.queue + load.queued * DT
        taken = min(there, able * DT)
        self.queue = there - taken
        self.taken = taken / DT
        self.course.put("queue", self.blueprint.queue, self.queue, 0.0)
        self.course.put("queue_age", self.blueprint.queue, self.queue / max(self.taken, 0.02), 0.0)

    def _autoscale(self, at: float) -> None:
        """Adds a pod where processors have been busy for a minute, a minute after the last at the earliest."""
        for service in self.blueprint.services:
            most = int(self.cluster.settings[service.name].get("autoscaling.max", "0"))
            if not most:
                continue
            used = self.used[service.name]
            held = self.cluster.replicas[service.name]
            self.busy_for[service.name] = self.busy_for[service.name] + 1 if used > _BUSY else 0
            since = at - self.scaled.get(service.name, -1e9)
            if self.busy_for[service.name] >= 4 and held < most and since >= 60:
                self.cluster.scale(service.name, at + DT, held + 1, "horizontal-pod-autoscaler")
                self.scaled[service.name] = at

    def _restart(self, ready: Mapping[str, Sequence[Pod]], at: float) -> None:
        for n, effect in enumerate(self.effects):
            if not isinstance(effect, Restarts) or not self.active[n]:
                continue
            for place, pod in enumerate(ready[effect.service]):
                if not effect.when.pod(pod):
                    continue
                every = effect.minutes * 60
                offset = every * (place + 1) / (len(ready[effect.service]) + 1)
                if (
                    int((at + DT - pod.begun - offset) // every) > int((at - pod.begun - offset) // every)
                    and at > pod.begun + 20
                ):
                    self.cluster.kill(pod, at + 3, effect.down, "Unhealthy", effect.message)


def _nodes(tree: Node) -> list[Node]:
    return [tree, *(node for child in tree.children for node in _nodes(child))]


def _part(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
