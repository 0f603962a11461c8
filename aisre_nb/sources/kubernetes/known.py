"""The workloads of a service, its pods, and its revisions, as the cluster is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, cluster, ref
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, texts, time, word
from aisre_nb.errors import ToolError
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.kubernetes.api import KINDS, KubernetesApi
from aisre_nb.sources.manifests import same_service, split_image

REVISION = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_COMMITS = ("org.opencontainers.image.revision", "vcs.ref.head.revision", "app.kubernetes.io/commit")
"""Annotations and labels that name the commit: OCI's, and OpenTelemetry's attribute."""


@dataclass(frozen=True)
class Revision:
    """One revision of a workload."""

    number: int
    made: datetime | None
    template: Object
    cause: str
    name: str
    """Of its ReplicaSet or ControllerRevision."""
    again: bool
    """It was one before, and came back: it was made earlier than it was rolled out."""

    @property
    def images(self) -> dict[str, str]:
        """By container."""
        return {word(c, "name"): word(c, "image") for c in rows(self.template, "spec", "containers")}

    @property
    def commit(self) -> str:
        """Where a label or an annotation names it."""
        told = {**texts(self.template, "metadata", "labels"), **texts(self.template, "metadata", "annotations")}
        return next((told[key] for key in _COMMITS if told.get(key)), "")

    def version(self, service: str) -> str:
        """The tag of the container that bears the service's name, else of the first one."""
        split = [split_image(image) for image in self.images.values()]
        return next((tag for name, tag in split if same_service(name, service)), split[0][1] if split else "")


async def known(api: KubernetesApi, *kinds: str) -> Cluster:
    """These kinds of where is looked. Raises where one of them may not be listed."""
    spaces = await api.spaces()
    asked = [(kind, space) for kind in kinds for space in (spaces if KINDS[kind].namespaced else ("",))]
    found = await gathered(api.listed(KINDS[kind], space) for kind, space in asked)
    return cluster([item for items, _ in found for item in items])


def workloads(state: Cluster, service: str) -> list[Object]:
    """Those whose label or name is the service's; ``NAMESPACE/NAME`` names one."""
    space, _, name = service.rpartition("/")
    every = [w for w in state.every(*WORKLOADS) if not space or word(w, "metadata", "namespace") == space]
    exact = [w for w in every if name in (word(w, "metadata", "name"), state.service(ref(w)))]
    return exact or [w for w in every if same_service(state.service(ref(w)), name)]


def one_workload(state: Cluster, service: str) -> Object:
    """The only one of a service. Raises `ToolError` with what there is instead."""
    found = workloads(state, service)
    if len(found) == 1:
        return found[0]
    named = [f"{word(w, 'metadata', 'namespace')}/{word(w, 'metadata', 'name')}" for w in found]
    if found:
        raise ToolError(f"{service[:100]} is {len(found)} workloads", f"name one: {', '.join(named[:8])}")
    every = sorted({state.service(ref(w)) for w in state.every(*WORKLOADS)})
    raise ToolError(f"there is no workload of {service[:100]!r}", f"there is {', '.join(every[:20]) or 'none'}")


def revisions(state: Cluster, workload: Object) -> list[Revision]:
    """Oldest first: ReplicaSets of a Deployment, ControllerRevisions of the others."""
    found = [_revision(item) for item in state.owned_by(ref(workload))]
    return sorted((r for r in found if r is not None), key=lambda r: r.number)


def _revision(item: Object) -> Revision | None:
    notes = texts(item, "metadata", "annotations")
    if word(item, "kind") == "ReplicaSet":
        counted, template = notes.get(REVISION, ""), at(item, "spec", "template")
    else:
        counted, template = str(number(item, "revision") or ""), at(item, "data", "spec", "template")
    if not counted.isdigit() or not isinstance(template, dict):
        return None
    again = bool(notes.get("deployment.kubernetes.io/revision-history"))
    made = time(item, "metadata", "creationTimestamp")
    return Revision(int(counted), made, template, notes.get(CAUSE, ""), word(item, "metadata", "name"), again)


def name_of(item: Any) -> str:
    """``"deployment shop/cart"``."""
    return f"{word(item, 'kind').lower()} {word(item, 'metadata', 'namespace')}/{word(item, 'metadata', 'name')}"


def containers(pod: Object) -> Sequence[str]:
    """The names of a pod's containers, without those that only begin it."""
    return [name for c in rows(pod, "spec", "containers") if (name := word(c, "name"))]
