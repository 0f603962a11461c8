"""The cluster: pods, revisions, nodes, settings and flags, and what happens to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.engine.effects import Breaks
from aisre_nb.sandbox.engine.nodes import Node, place
from aisre_nb.sandbox.engine.pods import FOREVER, Pod

if TYPE_CHECKING:
    import numpy as np

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of Kubernetes' generated names."""
_TAKES = 20.0
"""Seconds until an action is noticed by what it ends."""


@dataclass(frozen=True)
class Revision:
    """One template of a Deployment."""

    number: int
    version: str
    settings: Mapping[str, str]
    at: float
    replica_set: str


@dataclass(frozen=True)
class Event:
    """One event of Kubernetes."""

    at: float
    kind: str
    name: str
    reason: str
    message: str
    service: str = ""
    warning: bool = False
    count: int = 1


@dataclass
class Cluster:
    """What there is at an instant, and what there was. Seconds count from the world's start."""

    blueprint: Blueprint
    nodes: dict[str, Node]
    chance: Chance
    breaks: Sequence[Breaks] = ()
    pods: dict[str, list[Pod]] = field(default_factory=dict)
    replicas: dict[str, int] = field(default_factory=dict)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, list[Revision]] = field(default_factory=dict)
    flags: dict[str, float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    log: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)
    """Actions, with when they were taken."""

    def begin(self, versions: Mapping[str, str], settings: Mapping[str, Mapping[str, str]]) -> None:
        """Put up every service as it has run for days; versions and settings replace the shop's own."""
        self.flags |= self.blueprint.flags
        self.settings = self.blueprint.first_settings()
        for name, values in settings.items():
            self.settings[name] |= values
        # Datastores first, so that they are together on the first node.
        for service in sorted(self.blueprint.services, key=lambda s: s.tagged):
            name = service.name
            rng = self.chance.stream(f"pods {name} 0")
            age = float(rng.uniform(1.5, 9) * 86400)
            self.versions[name] = versions.get(name, service.version)
            self.replicas[name] = service.replicas
            self._revise(name, -age, rng)
            self.pods[name] = []
            for n in range(service.replicas):
                self._create(name, -age + 20.0 * n, 0.0, rng, waits=False)

    def alive(self, service: str, at: float) -> list[Pod]:
        """The pods that serve at that second."""
        return [pod for pod in self.pods[service] if pod.ready(at)]

    def rollout(self, service: str, at: float, version: str = "", changed: Mapping[str, str] | None = None) -> None:
        """A new version or settings, one pod after the other; neither: the same again, as a restart."""
        self.settings[service] |= changed or {}
        self.versions[service] = version or self.versions[service]
        old = self._settle(service, at)
        rng = self.chance.stream(f"pods {service} {len(self.revisions[service])}")
        revision = self._revise(service, at, rng)
        self._tell(at, "Deployment", service, "ScalingReplicaSet", f"Scaled up replica set {revision.replica_set} to 1")
        self._replace(service, old, at, rng)

    def set(self, service: str, at: float, key: str, value: str) -> None:
        """One setting: new pods where pods read it when they begin, at once where it is read anew."""
        if service in self.blueprint.live or service not in self.pods or key == "autoscaling.max":
            self.settings[service][key] = value
            return
        self.rollout(service, at, changed={key: value})

    def scale(self, service: str, at: float, replicas: int, by: str = "") -> None:
        """More or fewer pods of the newest revision."""
        before = self.replicas[service]
        self.replicas[service] = replicas
        # What waits goes first.
        there = sorted((pod for pod in self.pods[service] if pod.ended > at), key=lambda pod: bool(pod.waiting))
        stop = self._stop(service)
        rng = self.chance.stream(f"scale {service} {round(at)}")
        name = self.revisions[service][-1].replica_set
        way = "up" if replicas > before else "down"
        self._tell(at, "Deployment", service, "ScalingReplicaSet", f"Scaled {way} replica set {name} to {replicas}")
        for _ in range(replicas - len(there)):
            ready = at + float(rng.uniform(11, 22))
            if stop is not None and stop.unsound:
                self._fail_to_begin(service, stop, at + 1.0, rng)
            else:
                self._create(service, ready, at + 1.0, rng)
        for pod in there[replicas:]:
            pod.ended = max(at + 3.0, pod.created)

    def drain(self, node: str, at: float) -> None:
        """Move every pod that can move to another node."""
        for service, pods in self.pods.items():
            if not self.blueprint.by_name[service].tagged:
                continue
            rng = self.chance.stream(f"drain {service} {node} {round(at)}")
            for pod in [p for p in pods if p.node == node and p.ended > at]:
                ready = at + float(rng.uniform(14, 30))
                moved = self._create(service, ready, at + 1.0, rng)
                pod.ended = ready + 2.0 if not moved.waiting else at + 30.0
                self._tell(at, "Pod", pod.name, "Evicted", f"Evicted by drain of {node}", service)

    def lose(self, node: str, at: float) -> None:
        """A machine is gone: its pods are out of the endpoints after 40 s, and put elsewhere after five minutes."""
        self.nodes[node].lost = True
        self._tell(at + 40, "Node", node, "NodeNotReady", f"Node {node} status is now: NodeNotReady", warning=True)
        for service, pods in self.pods.items():
            rng = self.chance.stream(f"lost {service} {node}")
            for pod in [p for p in pods if p.node == node and p.ended > at]:
                pod.downs.append((at + 40, FOREVER, "NodeLost"))
                text = f"Marking for deletion Pod shop/{pod.name}"
                self._tell(at + 300, "Pod", pod.name, "TaintManagerEviction", text, service)
                self._create(service, at + 300 + float(rng.uniform(12, 25)), at + 301, rng)
                pod.ended = at + 302

    def kill(self, pod: Pod, at: float, down: float, reason: str, message: str) -> None:
        """The container ends and is begun again in its place."""
        pod.downs.append((at, at + down, reason))
        self._tell(at, "Pod", pod.name, reason, message, pod.service, warning=True)

    def events_until(self, at: float) -> list[Event]:
        """What has happened by then, oldest first."""
        return sorted((event for event in self.events if event.at <= at), key=lambda event: (event.at, event.name))

    def done(self, action: Mapping[str, Any], at: float) -> bool:
        """Whether an action with these fields has been taken, and noticed, by then."""
        return any(
            taken + _TAKES <= at and all(fields.get(k) == v for k, v in action.items()) for taken, fields in self.log
        )

    def tick(self, at: float) -> None:
        """What waits for room is tried again."""
        for service, pods in self.pods.items():
            for pod in [p for p in pods if p.waiting == "Unschedulable" and p.created <= at < p.ended]:
                node = self._place(service, at)
                if node is not None:
                    pod.node, pod.zone, pod.waiting, pod.message = node.name, node.zone, "", ""
                    pod.begun = at + 15.0
                    text = f"Successfully assigned shop/{pod.name} to {node.name}"
                    self._tell(at, "Pod", pod.name, "Scheduled", text, service)
                    self._go_on(service, pod)

    def _replace(self, service: str, old: Sequence[Pod], at: float, rng: np.random.Generator, made: int = 0) -> None:
        """New pods for ``old`` ones, after ``made`` that there are; it stands where one does not come up."""
        stop = self._stop(service)
        number = self.replicas[service]
        moment = at
        for n in range(made, number):
            moment += float(rng.uniform(14, 26))
            if stop is not None and n >= (number + 1) // 2 * (stop.after < 0) + max(stop.after, 0):
                lost = old[len(old) - stop.lost :] if stop.lost else []
                self._halt(service, stop, at + (moment - at) * 0.3, lost, rng)
                return
            new = self._create(service, moment, moment - float(rng.uniform(9, 13)), rng)
            if new.waiting:
                return
            if n - made < len(old):
                # maxUnavailable 0: an old pod goes when a new one is ready.
                old[n - made].ended = moment + 2.0
        for pod in old[number - made :]:
            pod.ended = moment + 2.0

    def _go_on(self, service: str, placed: Pod) -> None:
        """A rollout that waited for room goes on with the pod that has some now."""
        newest = self.revisions[service][-1].number
        there = [pod for pod in self.pods[service] if pod.ended == FOREVER]
        old = [pod for pod in there if pod.revision != newest]
        if old and placed.revision == newest:
            old[0].ended = placed.begun + 2.0
            rng = self.chance.stream(f"pods {service} {len(self.revisions[service])} {round(placed.begun)}")
            self._replace(service, old[1:], placed.begun, rng, len(there) - len(old))

    def _settle(self, service: str, at: float) -> list[Pod]:
        """Break off what a rollout before this one had still to do; the pods that stay."""
        kept = []
        for pod in self.pods[service]:
            if pod.ended <= at:
                continue
            if pod.begun > at or pod.waiting:
                pod.ended = max(at, pod.created)
                continue
            if pod.ended < FOREVER:
                pod.ended = FOREVER
            kept.append(pod)
        self.pods[service] = [pod for pod in self.pods[service] if pod.created <= at or pod in kept]
        return sorted(kept, key=lambda pod: pod.begun)

    def _stop(self, service: str) -> Breaks | None:
        for stop in self.breaks:
            if stop.service != service:
                continue
            if stop.when.versions and self.versions[service] not in stop.when.versions:
                continue
            if stop.when.key and self.settings[service].get(stop.when.key) not in stop.when.values:
                continue
            return stop
        return None

    def _halt(self, service: str, stop: Breaks, at: float, lost: Sequence[Pod], rng: np.random.Generator) -> None:
        """The rollout stands: one pod does not come up, and some of the old are gone."""
        for pod in lost:
            pod.ended = at
        if not stop.unsound:
            return
        self._fail_to_begin(service, stop, at, rng)
        text = f'ReplicaSet "{self.revisions[service][-1].replica_set}" has timed out progressing.'
        self._tell(at + 600, "Deployment", service, "ProgressDeadlineExceeded", text, service, warning=True)

    def _fail_to_begin(self, service: str, stop: Breaks, at: float, rng: np.random.Generator) -> None:
        """A pod that is there and is never ready."""
        new = self._create(service, FOREVER, at, rng)
        if new.waiting != "Unschedulable":
            new.waiting, new.message = stop.reason, stop.message
            self._tell(at + 8, "Pod", new.name, stop.reason, stop.message, service, warning=True, count=9)

    def _create(self, service: str, ready: float, created: float, rng: np.random.Generator, waits: bool = True) -> Pod:
        revision = self.revisions[service][-1]
        name = f"{revision.replica_set}-{_word(rng, 5)}"
        node = self._place(service, max(created, 0.0))
        pod = Pod(
            name, service, revision.version, node.name if node else "", ready,
            zone=node.zone if node else "", revision=revision.number, settings=revision.settings,
            created=created if waits else ready,
        )  # fmt: skip
        if node is None:
            pod.begun, pod.waiting = FOREVER, "Unschedulable"
            pod.message = "0/6 nodes are available: insufficient cpu."
            self._tell(created, "Pod", name, "FailedScheduling", pod.message, service, warning=True, count=12)
        self.pods[service].append(pod)
        return pod

    def _place(self, service: str, at: float) -> Node | None:
        every = [
            (pod, self.blueprint.by_name[name].cpu)
            for name, pods in self.pods.items()
            for pod in pods
            if pod.exists(at) and pod.node
        ]
        same = [pod for pod in self.pods[service] if pod.exists(at)]
        return place(self.blueprint.by_name[service].cpu, self.nodes, every, same)

    def _revise(self, service: str, at: float, rng: np.random.Generator) -> Revision:
        known = self.revisions.setdefault(service, [])
        number = known[-1].number + 1 if known else int(rng.integers(4, 40))
        settings = dict(self.settings.get(service, {}))
        found = Revision(number, self.versions[service], settings, at, f"{service}-{_word(rng, 9)}")
        known.append(found)
        return found

    def _tell(
        self,
        at: float,
        kind: str,
        name: str,
        reason: str,
        message: str,
        service: str = "",
        warning: bool = False,
        count: int = 1,
    ) -> None:
        self.events.append(Event(at, kind, name, reason, message, service or name, warning, count))


def _word(rng: np.random.Generator, length: int) -> str:
    return "".join(_LETTERS[i] for i in rng.integers(len(_LETTERS), size=length))
