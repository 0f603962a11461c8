"""What pods and nodes use now (metrics.k8s.io), against what they asked for and may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.reading import at, quantity, rows, word

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("Pod", "Node", "PodMetrics", "NodeMetrics", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet")
COLUMNS = [
    "kind", "namespace", "name", "container", "service", "node", "cpu", "cpu_request", "cpu_limit", "memory",
    "memory_request", "memory_limit", "restarts",
]  # fmt: skip
"""CPU in cores, memory in bytes; of a node the limit is what it can give."""


def usage(state: Cluster) -> pd.DataFrame:
    """One row a container and a node; a use that nobody measured is null."""
    import pandas as pd

    used = {_key(item): item for item in state.every("PodMetrics", "NodeMetrics")}
    found: list[dict[str, Any]] = []
    for pod in state.every("Pod"):
        space, name = word(pod, "metadata", "namespace"), word(pod, "metadata", "name")
        measured = {word(c, "name"): c for c in rows(used.get((space, name)), "containers")}
        counts = {word(s, "name"): at(s, "restartCount") for s in rows(pod, "status", "containerStatuses")}
        for container in rows(pod, "spec", "containers"):
            own = word(container, "name")
            row = {"kind": "Pod", "namespace": space, "name": name, "container": own,
                   "service": state.service(ref(pod)), "node": word(pod, "spec", "nodeName"),
                   "restarts": counts.get(own)}  # fmt: skip
            for what in ("cpu", "memory"):
                row[what] = _number(measured.get(own), "usage", what)
                row[f"{what}_request"] = _number(container, "resources", "requests", what)
                row[f"{what}_limit"] = _number(container, "resources", "limits", what)
            found.append(row)
    for node in state.every("Node"):
        name = word(node, "metadata", "name")
        row = {"kind": "Node", "namespace": "", "name": name, "container": "", "service": "", "node": name}
        for what in ("cpu", "memory"):
            row[what] = _number(used.get(("", name)), "usage", what)
            row[f"{what}_limit"] = _number(node, "status", "allocatable", what)
        found.append(row)
    return pd.DataFrame(found, columns=COLUMNS)


def _key(item: Any) -> tuple[str, str]:
    return word(item, "metadata", "namespace"), word(item, "metadata", "name")


def _number(item: Any, *path: str) -> float | None:
    found = quantity(at(item, *path))
    return None if found is None else float(found)
