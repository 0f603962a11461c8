"""A finding about an object, with what the cluster knows of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Kind, Proof, Ref, Severity, plain
from aisre_nb.analysis.kubernetes.reading import Object, time, word

_AS_MADE = ("Pod", "NetworkPolicy")


def made(
    known: Cluster,
    item: Object,
    kind: Kind,
    says: str,
    proof: Proof,
    remedy: str = "",
    *,
    about: Iterable[Ref] = (),
    severity: Severity = "critical",
    since: datetime | None = None,
) -> Finding:
    """With its service, its workload, and for a pod the node on which it runs.

    ``since`` None: for a pod or a policy, which are as they were made, their own beginning.
    """
    own = ref(item)
    hangs_on = list(about)
    if own.kind == "Pod" and (node := word(item, "spec", "nodeName")):
        hangs_on.append(Ref("Node", plain(node, 253)))
    return Finding(
        kind,
        own,
        plain(says, 600),
        Proof(plain(proof.field), plain(proof.value)),
        severity,
        known.service(own),
        since or (time(item, "metadata", "creationTimestamp") if own.kind in _AS_MADE else None),
        remedy,
        known.workload(own),
        tuple(dict.fromkeys(hangs_on)),
    )
