"""Which finding brings which: a pod pends because a node is lost, a rollout stands because its pods pend.

The edges are how Kubernetes works, from its documentation; no figure is weighed. Kinds are in layers, and an edge only
leads to a later one, so that there is no cycle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aisre_nb.analysis.kubernetes.finding import Finding, Kind, Severity

_SLACK = timedelta(minutes=5)
"""A lost node is noticed some time after its pods do not answer any more."""
_REFUSALS: tuple[Kind, ...] = ("quota", "admission", "forbidden", "reference_missing")
_POD: tuple[Kind, ...] = (
    "unschedulable", "volume", "image_pull", "container_config", "container_start", "init_container", "oom_killed",
    "liveness_probe", "readiness_probe", "crash_loop", "restarts", "evicted", "not_ready",
)  # fmt: skip
_ABOVE: tuple[Kind, ...] = ("rollout_stuck", "replicas_missing", "job_failed", "no_endpoints")
_LEADS: Mapping[Kind, tuple[Kind, ...]] = {
    "node_not_ready": (
        "unschedulable", "evicted", "not_ready", "readiness_probe", "stuck_deleting", "replicas_missing",
    ),
    "node_pressure": ("unschedulable", "evicted", "oom_killed", "image_pull"),
    "node_cordoned": ("unschedulable",),
    **dict.fromkeys(_REFUSALS, _ABOVE),
    "certificate": ("image_pull", "admission", "volume", "crash_loop", "readiness_probe"),
    "dns": ("image_pull", "crash_loop", "restarts", "readiness_probe", "liveness_probe", "volume"),
    "network_policy": ("crash_loop", "restarts", "readiness_probe", "liveness_probe", "dns"),
    "claim_pending": ("unschedulable", "volume"),
    "revision": (*_POD, "reference_missing", "port_mismatch"),
    **dict.fromkeys(_POD, _ABOVE),
    "rollout_stuck": ("no_endpoints",),
    "replicas_missing": ("no_endpoints",),
}  # fmt: skip
_MORE: Mapping[Kind, tuple[Kind, ...]] = {
    "reference_missing": (
        "container_config",
        "volume",
        "unschedulable",
        "init_container",
        "crash_loop",
        "image_pull",
    ),
    "forbidden": ("autoscaler_blind", "crash_loop", "volume"),
}
_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "unschedulable": ("resources", "nodeSelector", "affinity", "tolerations", "topologySpread", "hostPort", "volumes"),
    "image_pull": (".image", "imagePullSecrets", "imagePullPolicy"),
    "volume": ("volumes", "volumeMounts"),
    "container_config": ("env", "volumes", "securityContext"),
    "reference_missing": ("env", "volumes", "serviceAccount", "imagePullSecrets"),
    "init_container": ("initContainers", "env", "volumes"),
    "oom_killed": ("resources", ".image", "env", "args", "command"),
    "liveness_probe": ("livenessProbe", "startupProbe", "ports", ".image", "env", "args", "command", "resources"),
    "readiness_probe": ("readinessProbe", "ports", ".image", "env", "args", "command", "resources"),
    "port_mismatch": ("ports",),
}
_ANY = (".image", "env", "args", "command", "resources", "securityContext", "volumes", "serviceAccount", "ports")
"""The fields of a template by which a pod can come to fail in that way; these for the kinds that are not listed."""
_ORDER: Mapping[Severity, int] = {"critical": 0, "warning": 1, "info": 2}
NODES: tuple[Kind, ...] = ("node_not_ready", "node_pressure", "node_cordoned")


def linked(findings: Sequence[Finding], changed: Mapping[str, Sequence[str]] | None = None) -> list[Finding]:
    """The findings with what they are effects of, causes first; a revision that explains nothing is left out.

    ``changed``: by the key of a ``revision``, the paths of the fields that it changed.
    """
    paths = changed or {}
    keyed = [(finding.key, finding) for finding in findings]
    causes: dict[str, list[Finding]] = {key: [] for key, _ in keyed}
    for key, effect in keyed:
        for other, cause in keyed:
            if key != other and _brings(cause, effect, paths.get(other, ())):
                causes[key].append(cause)
    worst = {f.key: _ORDER[f.severity] for f in findings}
    depth = dict.fromkeys(worst, 0)
    # Layers are few: as many rounds as there are kinds on the longest way are enough.
    for _ in range(6):
        for effect in findings:
            for cause in causes[effect.key]:
                if effect.severity != "info":
                    worst[cause.key] = min(worst[cause.key], worst[effect.key])
                depth[effect.key] = max(depth[effect.key], depth[cause.key] + 1)
    leads = {cause.key for found in causes.values() for cause in found}
    kept = [f for f in findings if f.kind != "revision" or f.key in leads]
    there = {f.key for f in kept}
    found = [
        replace(
            f,
            effect_of=tuple(c.key for c in causes[f.key] if c.key in there),
            severity="warning" if f.severity == "info" and worst[f.key] < _ORDER["info"] else f.severity,
        )
        for f in kept
    ]
    found = [replace(f, since=f.since or _begun(f, causes)) for f in found]
    far = max((f.since.timestamp() for f in found if f.since), default=0.0)
    return sorted(
        found,
        key=lambda f: (
            worst[f.key],
            depth[f.key],
            _ORDER[f.severity],
            f.since.timestamp() if f.since else far,
            f.kind,
            str(f.object),
        ),
    )


def _begun(effect: Finding, causes: Mapping[str, Sequence[Finding]]) -> datetime | None:
    """What does not say since when has been so since what brings it."""
    return min((cause.since for cause in causes[effect.key] if cause.since), default=None)


def _brings(cause: Finding, effect: Finding, changed: Sequence[str]) -> bool:
    if cause.kind == "quota" and effect.kind == "quota":
        kinds = cause.object.kind, effect.object.kind
        return kinds[0] == "ResourceQuota" != kinds[1] and cause.object.namespace == effect.object.namespace
    if effect.kind not in (*_LEADS.get(cause.kind, ()), *_MORE.get(cause.kind, ())):
        return False
    if cause.severity == "info" and cause.kind not in ("node_cordoned", "revision"):
        return False
    if cause.kind in NODES and effect.kind == "unschedulable":
        return cause.object in effect.about if cause.kind == "node_cordoned" else _in_time(cause, effect)
    if cause.kind in NODES:
        return cause.object in effect.about
    if cause.kind == "revision":
        wanted = _FIELDS.get(effect.kind, _ANY)
        fits = any(part in f".{path}" for part in wanted for path in changed)
        return cause.workload == effect.workload and fits and _in_time(cause, effect)
    same = cause.workload is not None and cause.workload == effect.workload
    named = cause.object in effect.about or (cause.workload is not None and cause.workload in effect.about)
    return same or named or (effect.workload is not None and effect.workload in cause.about)


def _in_time(cause: Finding, effect: Finding) -> bool:
    return cause.since is None or effect.since is None or cause.since <= effect.since + _SLACK
