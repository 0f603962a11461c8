"""What a cluster did: rollouts by revision, scalings, and what befell its nodes, as `ChangeSource.changes` tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.reading import Object, conditions, time
from aisre_nb.analysis.kubernetes.revisions import differences
from aisre_nb.sources.kubernetes.known import WORKLOADS, Revision, revisions
from aisre_nb.times import Window

KINDS = (*WORKLOADS, "ReplicaSet", "ControllerRevision", "Event")
_RESCALED = re.compile(r"New size: (\d+)")
_SCALED = re.compile(r"Scaled (?:up|down) replica set (\S+)")
_OF_NODES = (
    "NodeNotReady", "NodeReady", "NodeNotSchedulable", "NodeSchedulable", "Rebooted", "SystemOOM", "RemovingNode",
    "EvictionThresholdMet", "TerminateScheduled", "Shutdown",
)  # fmt: skip
_TOLD = 3


def rollouts(state: Cluster, window: Window) -> list[dict[str, Any]]:
    """One row a revision whose rollout began in the window."""
    begun = _begun(state)
    rows = []
    for workload in state.every(*WORKLOADS):
        service, known = state.service(ref(workload)), revisions(state, workload)
        for nth, revision in enumerate(known):
            at = _time(workload, revision, begun, newest=nth + 1 == len(known))
            if at is None or not window.start <= at < window.end:
                continue
            rows.append(_row(service, workload, known[nth - 1] if nth else None, revision, at))
    return rows


def _time(
    workload: Object, revision: Revision, begun: dict[tuple[str, str], datetime], newest: bool
) -> datetime | None:
    """A revision that came back was made long before: its event, or when it was last made progress with."""
    if not revision.again:
        return revision.made
    told = begun.get((ref(workload).namespace, revision.name))
    if told is None and newest:
        told = next((time(c, "lastUpdateTime") for _, kind, c in conditions(workload) if kind == "Progressing"), None)
    return told


def _begun(state: Cluster) -> dict[tuple[str, str], datetime]:
    """When a replica set was last scaled up, by namespace and name."""
    found: dict[tuple[str, str], datetime] = {}
    for told in state.told:
        match = _SCALED.search(told.message) if told.reason == "ScalingReplicaSet" else None
        at = told.first or told.last
        if match and at and "up" in told.message:
            key = (told.about.namespace, match[1])
            found[key] = max(found.get(key, at), at)
    return found


def _row(service: str, workload: Object, before: Revision | None, after: Revision, at: datetime) -> dict[str, Any]:
    changed = differences(before.template, after.template) if before else []
    moved = before is not None and before.images != after.images
    told = ", ".join(f"{f.path.removeprefix('spec.')} {f.before} → {f.after}" for f in changed[:_TOLD])
    if not changed and before:
        told = "restarted"
    more = f" and {len(changed) - _TOLD} more" if len(changed) > _TOLD else ""
    title = f"{ref(workload).kind} {ref(workload).name}: revision {after.number}"
    title += " again" if after.again else ""
    old = before.version(service) if before else ""
    new = after.version(service)
    return {
        "time": at,
        "kind": "deployment" if moved or before is None or not changed else "config",
        "service": service,
        "title": ": ".join(part for part in (title, after.cause or f"{told}{more}") if part),
        "from": old if moved else (new if before and not changed else ""),
        "to": new if moved or before is None or not changed else "",
        "commit": after.commit,
        "manifest": "",
        "author": "",
    }


def events(state: Cluster, window: Window) -> Iterator[dict[str, Any]]:
    """Autoscalers' decisions, and what befell nodes; pods' own events are in the state."""
    for told in state.told:
        at = told.first or told.last
        if at is None or not window.start <= at < window.end:
            continue
        service = state.service(told.about)
        row = {
            "time": at,
            "service": service,
            "title": "",
            "from": "",
            "to": "",
            "commit": "",
            "manifest": "",
            "author": "",
        }
        if told.reason == "SuccessfulRescale":
            size = _RESCALED.search(told.message)
            yield row | {"kind": "scale", "title": told.message[:200], "to": size[1] if size else ""}
        elif told.about.kind == "Node" and told.reason in _OF_NODES:
            # A node is no service.
            title = f"Node {told.about.name}: {told.reason}: {told.message}"[:200]
            yield row | {"kind": "k8s_event", "service": "", "title": title}
