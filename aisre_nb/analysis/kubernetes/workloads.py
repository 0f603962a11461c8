"""Deployments, StatefulSets, DaemonSets and ReplicaSets that have not the pods that they want."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Kind, Proof, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning
from aisre_nb.analysis.kubernetes.reading import Object, at, conditions, number, time, word

_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_REFUSED: dict[Kind, tuple[str, str]] = {
    "quota": ("the quota of its namespace is used up", "Raise the quota, or give back what others request."),
    "admission": ("admission refuses them", "Correct what the policy refuses, or mend the webhook."),
    "forbidden": ("its account may not", "Grant the account what it needs (RBAC)."),
    "reference_missing": ("something that they name is not there", "Create it, or correct the name."),
}


def findings(known: Cluster) -> Iterator[Finding]:
    """Rollouts that stand, pods that are missing, pods that may not be made."""
    for item in known.every(*_KINDS):
        stuck = _stuck(known, item)
        if stuck:
            yield stuck
        elif missing := _missing(known, item):
            yield missing
        if refused := _failure(known, item):
            yield refused
        if at(item, "spec", "paused") is True:
            says = f"The rollout of {ref(item).name} is paused."
            proof = Proof("spec.paused", "true")
            remedy = f"kubectl rollout resume {str(ref(item)).lower()}"
            yield made(known, item, "suspended", says, proof, remedy, severity="info")
    yield from _refused(known)


def _stuck(known: Cluster, item: Object) -> Finding | None:
    for n, kind, condition in conditions(item):
        if kind == "Progressing" and word(condition, "status") == "False":
            reason = plain(word(condition, "reason"), 100)
            told = known.told_of(ref(item), reason)
            since = time(condition, "lastTransitionTime") or (told[-1].first if told else None)
            proof = Proof(f"status.conditions[{n}].reason", reason)
            says = f"The rollout of {ref(item).name} makes no progress ({reason})."
            remedy = "See its newest pods; set it back to the revision before until they come up."
            return made(known, item, "rollout_stuck", says, proof, remedy, since=since)
    return None


def _missing(known: Cluster, item: Object) -> Finding | None:
    daemon = ref(item).kind == "DaemonSet"
    wanted = number(item, "status", "desiredNumberScheduled") if daemon else number(item, "spec", "replicas")
    if wanted is None:
        wanted = None if daemon or "spec" not in item else 1
    field = "numberReady" if daemon else "readyReplicas"
    ready = number(item, "status", field)
    if not wanted or (ready is None and not at(item, "status")):
        return None
    ready = ready or 0
    if ready >= wanted:
        return None
    short = (c for _, kind, c in conditions(item) if kind == "Available" and word(c, "status") == "False")
    since = time(next(short, None), "lastTransitionTime")
    says = f"{ready} of {wanted} pods of {ref(item).name} are ready."
    proof = Proof(f"status.{field}", str(ready))
    severity: Severity = "critical" if ready == 0 else "warning"
    return made(known, item, "replicas_missing", says, proof, "See its pods.", severity=severity, since=since)


def _failure(known: Cluster, item: Object) -> Finding | None:
    """What its condition keeps of a refusal longer than events do."""
    for n, kind, condition in conditions(item):
        said = plain(word(condition, "message"), 1000)
        found = meaning(said, ref(item).namespace) if kind == "ReplicaFailure" else None
        if found and found.kind in _REFUSED and word(condition, "status") == "True":
            why, remedy = _REFUSED[found.kind]
            says = f"Pods of {ref(item).name} cannot be made: {why}: {said}"
            proof = Proof(f"status.conditions[{n}].message", said)
            since = time(condition, "lastTransitionTime")
            return made(known, item, found.kind, says, proof, remedy, about=found.about, since=since)
    return None


def _refused(known: Cluster) -> Iterator[Finding]:
    """Pods that a controller tried to make, and was not let."""
    for event in known.told:
        if event.reason not in ("FailedCreate", "ReplicaSetCreateError") or not known.recent(event.last):
            continue
        owner = known.get(event.about)
        if owner is not None and (number(owner, "status", "replicas") or 0) >= (number(owner, "spec", "replicas") or 1):
            continue
        found = meaning(event.message, event.about.namespace)
        if found is None or found.kind not in _REFUSED:
            continue
        above = known.get(known.workload(event.about))
        if above is not None and _failure(known, above):
            continue
        why, remedy = _REFUSED[found.kind]
        says = f"Pods of {event.about.name} cannot be made: {why}: {event.message}"
        item = owner or {"kind": event.about.kind, "metadata": _named(event.about.name, event.about.namespace)}
        proof = Proof(f"Event {event.ref.name}: message", event.message)
        yield made(known, item, found.kind, says, proof, remedy, about=found.about, since=event.first)


def _named(name: str, namespace: str) -> dict[str, str]:
    return {"name": name, "namespace": namespace}
