"""Nodes, and which of them a new pod is put on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aisre_nb.sandbox.engine.pods import Pod


@dataclass
class Node:
    """One machine of the cluster."""

    name: str
    zone: str
    cpu: int
    """What pods may request, thousandths of a core."""
    cordoned: bool = False
    lost: bool = False


def nodes(cpu: int) -> dict[str, Node]:
    """Six in three zones; the last is held back by the platform team."""
    found = [Node(f"node-{n}", f"zone-{'abc'[(n - 1) % 3]}", cpu) for n in range(1, 7)]
    found[-1].cordoned = True
    return {node.name: node for node in found}


def place(
    cpu: int, all_nodes: Mapping[str, Node], pods: Iterable[tuple[Pod, int]], spread: Iterable[Pod]
) -> Node | None:
    """The node for a pod that requests so much: one that has room and few pods of the same service (``spread``).

    ``pods``: all that are there, with what they request. None where none has room.
    """
    free = {name: node.cpu for name, node in all_nodes.items() if not node.cordoned and not node.lost}
    for pod, requested in pods:
        if pod.node in free:
            free[pod.node] -= requested
    same = [pod.node for pod in spread]
    fitting = [name for name, room in free.items() if room >= cpu]
    if not fitting:
        return None
    return all_nodes[min(fitting, key=lambda name: (same.count(name), -free[name], name))]
