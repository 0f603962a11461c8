"""What each action would change, on the object as it is, and the patch that does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.reading import Object, at, number, word
from aisre_nb.analysis.kubernetes.revisions import differences
from aisre_nb.errors import ToolError
from aisre_nb.sources.cluster import Action, Planned, Row
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.kubernetes import drain
from aisre_nb.sources.kubernetes.api import KINDS, KubernetesApi, PatchType
from aisre_nb.sources.kubernetes.known import Revision, known, name_of, one_workload, revisions
from aisre_nb.times import rfc3339

_RESTARTED = "kubectl.kubernetes.io/restartedAt"
_HASH = "pod-template-hash"
_FIELDS = 20
"""Fields of a template that are shown one by one."""


@dataclass(frozen=True)
class Plan:
    """An action on one object."""

    shown: Planned
    kind: str
    namespace: str
    name: str
    fingerprint: str
    """Of its identity and its spec."""
    patch: Callable[[str], Any]
    """By the resource version that it must have."""
    how: PatchType = "application/merge-patch+json"
    sub: str = ""
    pods: tuple[tuple[str, str], ...] = ()
    """Namespaces and names of the pods that are moved away."""


def fingerprint(item: Object) -> str:
    """What must be the same when a plan runs: not its status, which moves all the time."""
    told = {"uid": at(item, "metadata", "uid"), "spec": at(item, "spec")}
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


async def rollback(api: KubernetesApi, action: Action) -> Plan:
    """To the template of an earlier ReplicaSet, as ``kubectl rollout undo`` does it."""
    workload, state = await _workload(api, action, "ReplicaSet")
    if word(workload, "kind") != "Deployment":
        raise ToolError(f"{name_of(workload)} is not rolled back here", "propose a pull request instead")
    if at(workload, "spec", "paused") is True:
        raise ToolError(f"{name_of(workload)} is paused", "resume it first: kubectl rollout resume")
    history = revisions(state, workload)
    if not history:
        raise ToolError(f"{name_of(workload)} has no revision that is known", "propose a pull request instead")
    service, now = state.service(ref(workload)), history[-1]
    target = _target(history, str(action.get("to") or ""), service)
    template = _template(target)
    changed = differences(at(workload, "spec", "template"), template)
    if not changed:
        raise ToolError(f"{name_of(workload)} has the template of revision {target.number} already")
    shown = [Row("revision", str(now.number), f"{target.number} again")]
    shown += [Row(f.path.removeprefix("spec."), f.before, f.after) for f in changed[:_FIELDS]]
    shown += [Row("more fields", str(len(changed) - _FIELDS), "as they were")] if len(changed) > _FIELDS else []
    pods = number(workload, "spec", "replicas")
    shown.append(
        Row("pods", f"{pods if pods is not None else 1} of revision {now.number}", "replaced one after the other")
    )
    undo = {"action": "rollback", "service": _named(workload), "to": f"revision {now.number}"}

    def patch(version: str) -> list[dict[str, Any]]:
        return [
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "replace", "path": "/spec/template", "value": template},
        ]

    title = f"Roll {word(workload, 'metadata', 'name')} back from revision {now.number} to {target.number}"
    return _plan(workload, title, shown, undo, patch, how="application/json-patch+json")


def _target(history: list[Revision], wanted: str, service: str) -> Revision:
    older = history[:-1]
    named = wanted.removeprefix("revision").strip()
    if not wanted:
        found = older[-1:]
    elif wanted.startswith("revision"):
        found = [r for r in older if str(r.number) == named]
    else:
        found = [r for r in older if r.version(service).removeprefix("v") == wanted.removeprefix("v")]
        found = found or [r for r in older if str(r.number) == wanted]
    if not found:
        known_ = ", ".join(f"revision {r.number} ({r.version(service)})" for r in older) or "none"
        raise ToolError(f"{service} has no earlier revision {wanted[:60]}".rstrip(), f"earlier are {known_}")
    return found[-1]


def _template(revision: Revision) -> dict[str, Any]:
    template: dict[str, Any] = deepcopy(dict(revision.template))
    labels = dict(at(template, "metadata", "labels") or {})
    labels.pop(_HASH, None)
    template["metadata"] = {**dict(template.get("metadata") or {}), "labels": labels}
    return template


async def scale(api: KubernetesApi, action: Action) -> Plan:
    """Through the ``scale`` subresource, for which a smaller right is enough."""
    workload, state = await _workload(api, action, "HorizontalPodAutoscaler")
    if word(workload, "kind") == "DaemonSet":
        raise ToolError(f"{name_of(workload)} runs once on each node", "it cannot be scaled")
    wanted = number(action, "replicas")
    if wanted is None or not 0 <= wanted <= 1000:
        raise ToolError("scale needs a whole number of replicas", 'write {"replicas": 4}')
    before = number(workload, "spec", "replicas")
    before = 1 if before is None else before
    if before == wanted:
        raise ToolError(f"{name_of(workload)} has {wanted} replicas already")
    shown = [Row("replicas", str(before), str(wanted))]
    for scaler in state.every("HorizontalPodAutoscaler"):
        about = (word(scaler, "spec", "scaleTargetRef", "kind"), word(scaler, "spec", "scaleTargetRef", "name"))
        same = word(scaler, "metadata", "namespace") == word(workload, "metadata", "namespace")
        if same and about == (word(workload, "kind"), word(workload, "metadata", "name")):
            bounds = f"{number(scaler, 'spec', 'minReplicas') or 1} to {number(scaler, 'spec', 'maxReplicas')}"
            shown.append(Row("autoscaler", bounds, "goes on to set the replicas, and soon has the last word"))
    undo = {"action": "scale", "service": _named(workload), "replicas": before}

    def patch(version: str) -> dict[str, Any]:
        return {"metadata": {"resourceVersion": version}, "spec": {"replicas": wanted}}

    title = f"Scale {word(workload, 'metadata', 'name')} from {before} to {wanted}"
    return _plan(workload, title, shown, undo, patch, sub="scale")


async def restart(api: KubernetesApi, action: Action) -> Plan:
    """As ``kubectl rollout restart`` does it."""
    workload, _ = await _workload(api, action)
    if at(workload, "spec", "paused") is True:
        raise ToolError(f"{name_of(workload)} is paused", "resume it first: kubectl rollout resume")
    pods = number(workload, "spec", "replicas")
    before = f"{pods} running" if pods is not None else "one on each node"
    shown = [Row(f"pods of {word(workload, 'metadata', 'name')}", before, "replaced one after the other")]

    def patch(version: str) -> dict[str, Any]:
        notes = {"metadata": {"annotations": {_RESTARTED: rfc3339(datetime.now(UTC))}}}
        return {"metadata": {"resourceVersion": version}, "spec": {"template": notes}}

    return _plan(workload, f"Restart {word(workload, 'metadata', 'name')}", shown, None, patch)


async def cordon(api: KubernetesApi, action: Action) -> Plan:
    """Of a node; with ``drain`` its pods are evicted afterwards, as far as their budgets let them."""
    name, off = str(action.get("node") or ""), action.get("action") == "cordon"
    try:
        node = await api.get(KINDS["Node"], "", name) if name else {}
    except Refused as error:
        if error.status != 404:
            raise
        node = {}
    if word(node, "metadata", "name") != name or not name:
        nodes, _ = await api.listed(KINDS["Node"])
        names = ", ".join(sorted(word(n, "metadata", "name") for n in nodes)[:20])
        raise ToolError(f"there is no node {name[:100]!r}", f"there is {names}")
    node = {"kind": "Node", **node}
    before = at(node, "spec", "unschedulable") is True
    pods = await drain.movable(api, name) if off and action.get("drain") is True else ()
    if before == off and not pods:
        raise ToolError(f"node {name} takes {'no' if off else 'new'} pods already")
    shown = [Row("takes new pods", "no" if before else "yes", "no" if off else "yes")]
    shown += [Row(f"pod {space}/{pod}", f"on {name}", "evicted; its owner makes another") for space, pod in pods]

    def patch(version: str) -> dict[str, Any]:
        return {"metadata": {"resourceVersion": version}, "spec": {"unschedulable": off or None}}

    undo = {"action": "uncordon" if off else "cordon", "node": name} if before != off else None
    title = f"{'Drain' if pods else 'Cordon' if off else 'Uncordon'} {name}"
    return Plan(
        Planned(title, f"node {name}", tuple(shown), undo), "Node", "", name, fingerprint(node), patch, pods=pods
    )


async def _workload(api: KubernetesApi, action: Action, *more: str) -> tuple[Object, Cluster]:
    state = await known(api, "Deployment", "StatefulSet", "DaemonSet", *more)
    return one_workload(state, str(action.get("service") or "")), state


def _plan(
    workload: Object, title: str, shown: list[Row], undo: Action | None, patch: Callable[[str], Any], *,
    how: PatchType = "application/merge-patch+json", sub: str = "",
) -> Plan:  # fmt: skip
    space, name = word(workload, "metadata", "namespace"), word(workload, "metadata", "name")
    scope = f"namespace {space}, {word(workload, 'kind').lower()} {name}"
    planned = Planned(title, scope, tuple(shown), undo)
    return Plan(planned, word(workload, "kind"), space, name, fingerprint(workload), patch, how, sub)


def _named(workload: Object) -> str:
    """As an undo finds it again, whatever other namespaces have by then."""
    return f"{word(workload, 'metadata', 'namespace')}/{word(workload, 'metadata', 'name')}"
