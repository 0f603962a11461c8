"""Nodes that are unwell, short of something, or held back."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, at, conditions, time, word

_PRESSURE = {
    "MemoryPressure": ("memory", "See which pods use more memory than they request."),
    "DiskPressure": ("disk", "Free images and logs, or give it a larger disk."),
    "PIDPressure": ("process ids", "See which pod makes so many processes."),
    "NetworkUnavailable": ("a network", "See the network plugin on it."),
}


def findings(known: Cluster) -> Iterator[Finding]:
    """Of each node its conditions; a cordoned one is no harm by itself."""
    for node in known.every("Node"):
        lost = False
        for n, kind, condition in conditions(node):
            state, since = word(condition, "status"), time(condition, "lastTransitionTime")
            proof = Proof(f"status.conditions[{n}].status", f"{kind}={state}")
            if kind == "Ready" and state != "True":
                lost = True
                yield _not_ready(known, node, condition, proof)
            elif kind in _PRESSURE and state == "True":
                short, remedy = _PRESSURE[kind]
                says = f"Node {ref(node).name} is short of {short}; it takes no pods, and evicts some."
                yield made(known, node, "node_pressure", says, proof, remedy, since=since)
        if at(node, "spec", "unschedulable") is True and not lost:
            says = f"Node {ref(node).name} is cordoned: it takes no new pods."
            proof = Proof("spec.unschedulable", "true")
            remedy = f"Uncordon {ref(node).name}, if nobody holds it back for a reason."
            yield made(known, node, "node_cordoned", says, proof, remedy, severity="info")


def _not_ready(known: Cluster, node: Object, condition: Object, proof: Proof) -> Finding:
    name, said = ref(node).name, plain(word(condition, "message"), 200)
    told = [e.first for e in known.told_of(ref(node), "NodeNotReady") if e.first and known.recent(e.first)]
    says = f"Node {name} is not ready" + (f" ({said.rstrip('.')})" if said else "")
    remedy = "See the machine and its kubelet; its pods need room elsewhere."
    since = time(condition, "lastTransitionTime") or (told[-1] if told else None)
    return made(known, node, "node_not_ready", f"{says}.", proof, remedy, since=since)
