"""Moving a node's pods away by evictions, which keep to disruption budgets."""

from __future__ import annotations

from collections.abc import Sequence

from aisre_nb.analysis.kubernetes.reading import rows, texts, word
from aisre_nb.errors import AisreError
from aisre_nb.sources.kubernetes.api import KINDS, KubernetesApi, path

_MIRROR = "kubernetes.io/config.mirror"
_DONE = ("Succeeded", "Failed")


async def movable(api: KubernetesApi, node: str) -> tuple[tuple[str, str], ...]:
    """Namespaces and names of the node's pods that another node can take over.

    Not those of DaemonSets, which belong there, of the kubelet itself, and those that nothing would make anew.
    """
    pods, _ = await api.listed(KINDS["Pod"], "", [("fieldSelector", f"spec.nodeName={node}")])
    found = []
    for pod in pods:
        owners = [word(owner, "kind") for owner in rows(pod, "metadata", "ownerReferences")]
        mirror = _MIRROR in texts(pod, "metadata", "annotations")
        if owners and "DaemonSet" not in owners and not mirror and word(pod, "status", "phase") not in _DONE:
            found.append((word(pod, "metadata", "namespace"), word(pod, "metadata", "name")))
    return tuple(sorted(found))


async def evicted(api: KubernetesApi, pods: Sequence[tuple[str, str]]) -> str:
    """What came of it, in words: one that its budget protects stays (429)."""
    kept = []
    for space, name in pods:
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": space}}
        try:
            await api.post(path(KINDS["Pod"], space, name, "eviction"), body)
        except AisreError as error:
            if getattr(error, "status", 0) != 404:
                kept.append(f"{space}/{name}: {error.message}")
    told = f"{len(pods) - len(kept)} of {len(pods)} pods were evicted"
    return f"{told}; not {'; '.join(kept[:5])}" if kept else told
