"""The objects of a cluster, by kind and name, with who owns whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from aisre_nb.analysis.kubernetes.finding import Ref, plain
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, selects, texts, time, word

_SAFE = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names (``k8s.io/apimachinery/pkg/util/rand``); hashes of templates are the same or hex."""
_OF_DEPLOYMENT = re.compile(rf"(.+)-[{_SAFE}a-f0-9]{{6,10}}-[{_SAFE}]{{5}}")
_OF_REPLICA_SET = re.compile(rf"(.+)-[{_SAFE}a-f0-9]{{6,10}}")
_OF_OTHER = re.compile(rf"(.+)-(?:\d{{1,4}}|[{_SAFE}]{{5}})")
_NAMES = ("app.kubernetes.io/name", "app", "k8s-app", "service", "app.kubernetes.io/component")
_CLUSTER_WIDE = {"Node", "Namespace", "PersistentVolume", "StorageClass"}
_NO_SERVICE = {"ResourceQuota", "NetworkPolicy", "Secret", "ConfigMap", "PersistentVolumeClaim", "Certificate", ""}
_OWNERS = 4
RECENT = timedelta(hours=6)
"""What ended longer ago than this is history; as long as changes are looked back for."""


@dataclass(frozen=True)
class Told:
    """One Event."""

    about: Ref
    reason: str
    message: str
    warning: bool
    count: int
    first: datetime | None
    last: datetime | None
    ref: Ref
    """The event's own name."""


@dataclass(frozen=True)
class Cluster:
    """What is known of a cluster. Built by `cluster`; nothing in it raises on odd objects."""

    items: tuple[Object, ...]
    now: datetime | None = None
    """The instant of the state; the newest time in it where nobody says."""
    notes: tuple[str, ...] = ()
    """What could not be read."""
    complete: bool = True
    """Of each kind that is in it all objects are; False for what somebody pasted."""
    _kinds: dict[str, list[Object]] = field(default_factory=dict, repr=False)

    def every(self, *kinds: str) -> list[Object]:
        """All of these kinds, in their order."""
        return [item for kind in kinds for item in self._kinds.get(kind, [])]

    def get(self, ref: Ref) -> Object | None:
        """The object of that name."""
        return self._by_ref.get(ref)

    def has(self, kind: str) -> bool:
        """Objects of this kind were all listed: one that is not among them is not there."""
        return self.complete and kind in self._kinds

    @cached_property
    def _by_ref(self) -> dict[Ref, Object]:
        return {ref(item): item for item in self.items}

    @cached_property
    def told(self) -> list[Told]:
        """All events, the oldest first; those without a time first of all."""
        found = [_told(item) for item in self.every("Event")]
        return sorted(found, key=lambda e: e.last.timestamp() if e.last else 0.0)

    @cached_property
    def _told_of(self) -> dict[Ref, list[Told]]:
        found: dict[Ref, list[Told]] = {}
        for event in self.told:
            found.setdefault(event.about, []).append(event)
        return found

    def told_of(self, about: Ref, *reasons: str) -> list[Told]:
        """The events of an object, of these reasons or of any, the oldest first."""
        return [event for event in self._told_of.get(about, []) if not reasons or event.reason in reasons]

    def recent(self, at_: datetime | None) -> bool:
        """Not longer ago than `RECENT`; so, too, what has no time, where nothing says how old it is."""
        return at_ is None or self.now is None or self.now - at_ <= RECENT

    def pods(self, namespace: str, selector: Any) -> list[Object]:
        """The pods of a namespace that a LabelSelector selects."""
        label = next(iter(texts(selector, "matchLabels").items()), None)
        near = self._labelled.get((namespace, *label), []) if label else self.every("Pod")
        return [
            pod
            for pod in near
            if ref(pod).namespace == namespace and selects(selector, texts(pod, "metadata", "labels"))
        ]

    @cached_property
    def _labelled(self) -> dict[tuple[str, str, str], list[Object]]:
        """Pods by namespace and one label."""
        found: dict[tuple[str, str, str], list[Object]] = {}
        for pod in self.every("Pod"):
            for label in texts(pod, "metadata", "labels").items():
                found.setdefault((ref(pod).namespace, *label), []).append(pod)
        return found

    @cached_property
    def _pods_of(self) -> dict[Ref, list[Object]]:
        found: dict[Ref, list[Object]] = {}
        for pod in self.every("Pod"):
            found.setdefault(self.workload(ref(pod)), []).append(pod)
        return found

    def pods_of(self, workload: Ref) -> list[Object]:
        """The pods that a workload owns, through its replica sets or jobs."""
        return self._pods_of.get(workload, [])

    @cached_property
    def _owned(self) -> dict[Ref, list[Object]]:
        found: dict[Ref, list[Object]] = {}
        for item in self.every("ReplicaSet", "Job"):
            for owner in rows(item, "metadata", "ownerReferences"):
                name = Ref(word(owner, "kind"), word(owner, "name"), ref(item).namespace)
                found.setdefault(name, []).append(item)
        return found

    def owned_by(self, owner: Ref) -> list[Object]:
        """The replica sets and jobs that an object has made."""
        return self._owned.get(owner, [])

    def workload(self, name: Ref) -> Ref:
        """The topmost owner: of a pod its Deployment; without owners itself; of a name alone what its form tells."""
        item = self.get(name)
        for _ in range(_OWNERS):
            owners = rows(item, "metadata", "ownerReferences")
            owner = next((o for o in owners if o.get("controller") is True), owners[0] if owners else None)
            if owner is None:
                break
            name = Ref(word(owner, "kind"), word(owner, "name"), name.namespace)
            item = self.get(name)
        bare = item is None or not (self.complete or rows(item, "metadata", "ownerReferences"))
        if bare and name.kind in ("Pod", "ReplicaSet"):
            return _by_name(name)
        return name

    def service(self, name: Ref) -> str:
        """As a label of the object or of its workload says, else the workload's name; empty for what is no workload.

        A node stands for itself, as it does in metrics.
        """
        top = self.workload(name)
        if name.kind == "Node":
            return plain(name.name, 100)
        for item in (self.get(top), self.get(name)):
            labels = texts(item, "metadata", "labels")
            if found := next((labels[key] for key in _NAMES if labels.get(key)), ""):
                return plain(found, 100)
        return "" if top.kind in _CLUSTER_WIDE | _NO_SERVICE else plain(top.name, 100)


def cluster(data: Any, now: datetime | None = None, *, complete: bool = True) -> Cluster:
    """From a list of objects, a List as ``kubectl get -o json`` prints it, or several of these."""
    items: list[Object] = []
    bad = 0
    todo = [data]
    while todo:
        part = todo.pop()
        if isinstance(part, list | tuple):
            todo += reversed(part)
        elif isinstance(part, Mapping) and isinstance(part.get("items"), list):
            todo += reversed([_typed(item, part) for item in part["items"]])
        elif isinstance(part, Mapping) and isinstance(part.get("kind"), str) and word(part, "metadata", "name"):
            items.append(part)
        elif part is not None:
            bad += 1
    notes = (f"{bad} of {bad + len(items)} objects have no kind or no name, and are left out",) if bad else ()
    kinds: dict[str, list[Object]] = {}
    for item in items:
        kinds.setdefault(str(item["kind"]), []).append(item)
    # What clocks of nodes have written ahead of the others must not become "now" where a caller knows better.
    return Cluster(tuple(items), now or max(filter(None, map(_newest, items)), default=None), notes, complete, kinds)


def _typed(item: Any, above: Object) -> Any:
    """Items of a PodList have no kind of their own."""
    kind = word(above, "kind")
    if isinstance(item, Mapping) and "kind" not in item and kind.endswith("List") and len(kind) > 4:
        return {"kind": kind[:-4], **item}
    return item


def _newest(item: Object) -> datetime | None:
    dates = [time(item, "metadata", "creationTimestamp"), time(item, "lastTimestamp"), time(item, "eventTime")]
    dates += [time(row, "lastTransitionTime") for row in rows(item, "status", "conditions")]
    return max(filter(None, dates), default=None)


def ref(item: Object) -> Ref:
    """An object's name; of cluster-wide kinds without a namespace."""
    kind = plain(word(item, "kind"), 63)
    space = "" if kind in _CLUSTER_WIDE else plain(word(item, "metadata", "namespace") or "default", 63)
    return Ref(kind, plain(word(item, "metadata", "name"), 253), space)


def _told(item: Object) -> Told:
    own = ref(item)
    whom = at(item, "involvedObject") or at(item, "regarding") or {}
    kind = plain(word(whom, "kind"), 63)
    space = "" if kind in _CLUSTER_WIDE else plain(word(whom, "namespace") or own.namespace, 63)
    first = time(item, "firstTimestamp") or time(item, "eventTime") or time(item, "deprecatedFirstTimestamp")
    last = time(item, "lastTimestamp") or time(item, "series", "lastObservedTime")
    last = last or time(item, "deprecatedLastTimestamp") or first or time(item, "metadata", "creationTimestamp")
    return Told(
        Ref(kind, plain(word(whom, "name"), 253), space),
        plain(word(item, "reason"), 100),
        plain(word(item, "message") or word(item, "note"), 2000),
        word(item, "type") == "Warning",
        number(item, "count") or number(item, "series", "count") or number(item, "deprecatedCount") or 1,
        first or time(item, "metadata", "creationTimestamp") or last,
        last,
        own,
    )


def _by_name(name: Ref) -> Ref:
    patterns = {"ReplicaSet": ((_OF_REPLICA_SET, "Deployment"),)}.get(
        name.kind, ((_OF_DEPLOYMENT, "Deployment"), (_OF_OTHER, "Workload"))
    )
    for pattern, kind in patterns:
        if found := pattern.fullmatch(name.name):
            return Ref(kind, found[1], name.namespace)
    return name
