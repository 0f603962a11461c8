"""What events alone tell: of objects that were not listed, and what no object's state shows."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes import scheduling
from aisre_nb.analysis.kubernetes.cluster import Cluster, Told
from aisre_nb.analysis.kubernetes.finding import Finding, Kind, Proof, Ref, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning, why_no_image
from aisre_nb.analysis.kubernetes.reading import rows

_BY_REASON: dict[str, tuple[Kind, str]] = {
    "FailedScheduling": ("unschedulable", "No node fits it"),
    "OOMKilling": ("oom_killed", "It was killed for its memory"),
    "OOMKilled": ("oom_killed", "It was killed for its memory"),
    "SystemOOM": ("oom_killed", "A process was killed for the node's memory"),
    "FailedMount": ("volume", "A volume cannot be mounted"),
    "FailedAttachVolume": ("volume", "A volume cannot be attached"),
    "FailedMapVolume": ("volume", "A volume cannot be mapped"),
    "Evicted": ("evicted", "It was taken off its node"),
    "TaintManagerEviction": ("evicted", "It was taken off its node"),
    "Preempted": ("evicted", "It made room for another pod"),
    "NodeNotReady": ("node_not_ready", "The node is not ready"),
    "NodeHasDiskPressure": ("node_pressure", "The node is short of disk"),
    "EvictionThresholdMet": ("node_pressure", "The node is short of something"),
    "NodeHasInsufficientMemory": ("node_pressure", "The node is short of memory"),
    "NodeHasInsufficientPID": ("node_pressure", "The node is short of process ids"),
    "ProgressDeadlineExceeded": ("rollout_stuck", "The rollout makes no progress"),
    "BackoffLimitExceeded": ("job_failed", "The job failed"),
    "DeadlineExceeded": ("job_failed", "The job took too long"),
    "FailedGetResourceMetric": ("autoscaler_blind", "The autoscaler cannot read its metrics"),
    "FailedComputeMetricsReplicas": ("autoscaler_blind", "The autoscaler cannot read its metrics"),
    "FailedGetScale": ("autoscaler_blind", "The autoscaler cannot read its target"),
    "ProvisioningFailed": ("claim_pending", "No volume is made for it"),
    "FailedBinding": ("claim_pending", "No volume is bound to it"),
    "FailedCreatePodSandBox": ("not_ready", "Its network or sandbox cannot be made"),
    "CrashLoopBackOff": ("crash_loop", "It ends again and again"),
    "ImagePullBackOff": ("image_pull", "Its image cannot be pulled"),
    "ErrImagePull": ("image_pull", "Its image cannot be pulled"),
    "InspectFailed": ("image_pull", "Its image cannot be read"),
}
_WORDS: dict[Kind, str] = {
    "image_pull": "Its image cannot be pulled",
    "liveness_probe": "It is killed because a probe fails",
    "readiness_probe": "Its readiness probe fails",
    "certificate": "A certificate does not hold",
    "dns": "A name is not resolved",
    "forbidden": "It may not do what it tries",
    "admission": "Admission refuses it",
    "quota": "The quota is used up",
    "reference_missing": "Something that it names is not there",
}
_ANYWHERE: set[Kind] = {"certificate", "dns", "forbidden", "admission"}
"""What objects' states do not show."""
_ELSEWHERE = ("FailedCreate", "ReplicaSetCreateError")
"""Pods that were refused are told with their workloads."""
_OFTEN = 3
"""A probe that failed once or twice is what happens to a pod that begins."""


def findings(known: Cluster) -> Iterator[Finding]:
    """One for each object and kind, from its last event."""
    last: dict[tuple[Ref, Kind], list[Told]] = {}
    for event in known.told:
        kind = _kind(event)
        if kind is None or not known.recent(event.last) or event.reason in _ELSEWHERE:
            continue
        there = known.get(event.about) is not None
        # An object of a kind that was listed and that is not in the list is gone, and its trouble with it.
        if (there and kind not in _ANYWHERE and not _of_node(event, kind)) or (
            not there and known.has(event.about.kind)
        ):
            continue
        last.setdefault((event.about, kind), []).append(event)
    for (about, kind), told in last.items():
        yield _made(known, about, kind, told)


def _of_node(event: Told, kind: Kind) -> bool:
    """A kill by the node's kernel, of which the node's conditions say nothing."""
    return event.about.kind == "Node" and kind == "oom_killed"


def _kind(event: Told) -> Kind | None:
    if event.reason in _BY_REASON:
        kind = _BY_REASON[event.reason][0]
        found = meaning(event.message) if kind == "volume" else None
        return found.kind if found and found.kind == "reference_missing" else kind
    if not event.warning and event.reason != "Killing":
        return None
    if event.reason == "BackOff":
        return "image_pull" if "ull" in event.message else "crash_loop"
    found = meaning(event.message)
    return found.kind if found else None


def _made(known: Cluster, about: Ref, kind: Kind, told: list[Told]) -> Finding:
    event = told[-1]
    count = sum(e.count for e in told)
    words = _BY_REASON.get(event.reason, (kind, ""))[1] if kind not in _WORDS else _WORDS[kind]
    remedy = ""
    if kind == "image_pull":
        why, remedy = why_no_image(" ".join(e.message for e in told[-3:]))
        words += f" ({why})" if why else ""
    elif kind == "unschedulable":
        why, remedy = scheduling.explained(event.message)
        words += f" ({why})" if why else ""
    words = words or "It ends again and again"
    severity: Severity = "critical"
    if kind in ("evicted", "autoscaler_blind", "oom_killed") or kind in _ANYWHERE:
        severity = "warning"
    if kind in ("readiness_probe", "liveness_probe"):
        severity = "warning" if count >= _OFTEN else "info"
    item = known.get(about) or {"kind": about.kind, "metadata": {"name": about.name, "namespace": about.namespace}}
    if known.get(about) and _fine(item):
        severity = "info"
    says = f"{about}: {words[0].lower()}{words[1:]}: {event.message}"
    since = min((e.first for e in told if e.first), default=event.last)
    proof = Proof(f"Event {event.ref.name}: message", plain(event.message))
    missing = meaning(event.message, about.namespace)
    named = missing.about if missing else ()
    return made(known, item, kind, says, proof, remedy, about=named, severity=severity, since=since)


def _fine(item: object) -> bool:
    """A pod that is ready has got over it."""
    found = [row.get("status") for row in rows(item, "status", "conditions") if row.get("type") == "Ready"]
    return found == ["True"]
