"""All that the objects of a cluster say is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from aisre_nb.analysis.kubernetes import (
    autoscalers,
    batch,
    certificates,
    claims,
    events,
    nodes,
    pods,
    policies,
    revisions,
    services,
    stale,
    workloads,
)
from aisre_nb.analysis.kubernetes.causes import linked
from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Ref, Severity

_SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
MOST = 400
"""Findings among which causes are looked for; a cluster with more has one of a few causes."""


def find(known: Cluster, calls: Iterable[tuple[str, str]] = ()) -> list[Finding]:
    """The findings, causes before their effects, harmless ones last. ``calls``: caller and callee, by service."""
    found: list[Finding] = []
    for rule in (nodes, pods, claims, workloads, batch, autoscalers, services, certificates, stale, events):
        found += rule.findings(known)
    found += policies.findings(known, calls)
    found = _together(found)
    found = sorted(found, key=lambda f: _SEVERITIES.index(f.severity))[:MOST]
    wanted = {f.workload for f in found if f.workload and f.severity != "info"}
    changed = _together(list(revisions.findings(known, wanted)))
    paths = {f.key: [field.path for field in revisions.fields(known, f.object)[1]] for f in changed}
    return linked([*changed, *found], paths)


def about(findings: Sequence[Finding], service: str = "", namespace: str = "") -> list[Finding]:
    """Those of one service or namespace, with what they are effects of, in their order."""
    by_key = {f.key: f for f in findings}
    todo = [
        f.key
        for f in findings
        if (not service or f.service == service or (f.workload and f.workload.name == service))
        and (not namespace or f.object.namespace == namespace)
    ]
    kept: set[str] = set()
    while todo:
        key = todo.pop()
        if key not in kept:
            kept.add(key)
            todo += by_key[key].effect_of
    return [f for f in findings if f.key in kept]


def alarming(findings: Iterable[Finding]) -> list[Finding]:
    """Those that somebody should look at."""
    return [f for f in findings if f.severity != "info"]


def roots(findings: Sequence[Finding]) -> list[Finding]:
    """Alarming findings that no other one brings."""
    return [f for f in alarming(findings) if not f.effect_of]


def _together(findings: Sequence[Finding]) -> list[Finding]:
    """What several pods of a workload have in the same way is one finding, of the first of them."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        pod = one.object.kind == "Pod"
        groups.setdefault((one.kind, one.workload if pod else one.object, "" if pod else one.says), []).append(one)
    return [_one(group) for group in groups.values()]


def _one(group: list[Finding]) -> Finding:
    group.sort(key=lambda f: (_SEVERITIES.index(f.severity), _when(f.since)))
    first = group[0]
    others = tuple(dict.fromkeys(f.object for f in group[1:] if f.object != first.object))
    if len(group) == 1:
        return first
    more = len(others)
    says = f"{first.says} The same holds for {more} more pod{'s' * (more > 1)} of it." if more else first.says
    named: tuple[Ref, ...] = tuple(dict.fromkeys(name for f in group for name in f.about))
    since = min((f.since for f in group if f.since and f.severity == first.severity), default=first.since)
    return replace(first, says=says, also=others, about=named, since=since)


def _when(at: datetime | None) -> float:
    return at.timestamp() if at else float("inf")


def counted(known: Cluster) -> dict[str, int]:
    """How many objects of each kind there are."""
    found: dict[str, int] = {}
    for item in known.items:
        found[ref(item).kind] = found.get(ref(item).kind, 0) + 1
    return found
