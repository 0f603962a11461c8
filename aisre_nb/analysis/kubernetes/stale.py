"""Secrets and ConfigMaps that changed after the pods that use them had read them.

Environment variables are read once, when a container begins; files of a volume follow, and programs often do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aisre_nb.analysis.kubernetes.claims import references
from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, rows, time, word
from aisre_nb.times import rfc3339


def findings(known: Cluster) -> Iterator[Finding]:
    """One for each object and workload, without alarm: that values differ does not say that the old ones fail."""
    users: dict[Ref, dict[Ref, list[Object]]] = {}
    for pod in known.every("Pod"):
        for _, name in references(pod):
            if name.kind in ("Secret", "ConfigMap"):
                users.setdefault(name, {}).setdefault(known.workload(ref(pod)), []).append(pod)
    for item in known.every("Secret", "ConfigMap"):
        changed = _changed(item)
        for workload, pods in users.get(ref(item), {}).items() if changed else ():
            begun = [at for pod in pods if (at := _begun(pod))]
            if not begun or changed is None or min(begun) >= changed:
                continue
            old = sum(at < changed for at in begun)
            says = f"{ref(item)} changed at {rfc3339(changed)}"
            says += f"; {old} of {len(begun)} pods of {workload.name} began before."
            proof = Proof("metadata.managedFields (newest time)", rfc3339(changed))
            remedy = f"Restart {workload.name}, so that its pods read it again."
            # The pod tells whose it is; the object itself belongs to none.
            yield made(
                known, pods[0], "stale_secret", says, proof, remedy, about=(ref(item),), severity="info", since=changed
            )


def _changed(item: Object) -> datetime | None:
    times = [
        time(row, "time") for row in rows(item, "metadata", "managedFields") if word(row, "subresource") != "status"
    ]
    return max((at for at in times if at), default=None)


def _begun(pod: Object) -> datetime | None:
    starts = (time(s, "state", "running", "startedAt") for s in rows(pod, "status", "containerStatuses"))
    return min((at for at in starts if at), default=None)
