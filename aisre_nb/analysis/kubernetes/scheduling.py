"""Pods for which no node fits, and why: by the scheduler's message, and by what is free."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning
from aisre_nb.analysis.kubernetes.reading import Object, at, conditions, quantity, rows, texts, time, word

_RESOURCE = re.compile(r"insufficient ([\w./-]{1,100})", re.IGNORECASE)
_WHY: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"unbound immediate persistentvolumeclaims|volume node affinity|persistentvolumeclaim", re.I),
        "its volume is not bound, or is bound elsewhere",
        "See the claim: its class, its size, its zone.",
    ),
    (
        re.compile(r"untolerated taint|had taint|didn't tolerate", re.I),
        "nodes are tainted, and it does not tolerate that",
        "Add the toleration, or remove the taint once its reason is gone.",
    ),
    (
        re.compile(r"anti-affinity|pod affinity", re.I),
        "its rules of affinity to other pods leave no node",
        "Add nodes, or make the rule preferred instead of required.",
    ),
    (
        re.compile(r"topology spread", re.I),
        "its rule of spreading leaves no node",
        "Add nodes in the zone that lacks them, or allow a greater skew.",
    ),
    (
        re.compile(r"node affinity|node selector|didn't match pod's node|match node", re.I),
        "no node has the labels that it selects",
        "Label nodes, or correct its nodeSelector or nodeAffinity.",
    ),
    (re.compile(r"too many pods", re.I), "nodes hold as many pods as they may", "Add nodes."),
    (re.compile(r"free ports", re.I), "the host port that it wants is taken", "Drop the hostPort, or add nodes."),
    (re.compile(r"unschedulable", re.I), "nodes are cordoned", "Uncordon a node that is well."),
)
_ROOM = "Give back or add room: uncordon a healthy node, add nodes, or lower what is requested."


class Room:
    """What nodes have free, by what their pods request; made once for all pods."""

    def __init__(self, known: Cluster) -> None:
        self._known = known

    @cached_property
    def free(self) -> dict[Ref, dict[str, Decimal]]:
        """Of each node that is ready, cpu and memory that nobody has requested."""
        found: dict[Ref, dict[str, Decimal]] = {}
        for node in self._known.every("Node"):
            if any(kind == "Ready" and word(c, "status") != "True" for _, kind, c in conditions(node)):
                continue
            given = texts(node, "status", "allocatable")
            found[ref(node)] = {r: q for r in ("cpu", "memory") if (q := quantity(given.get(r))) is not None}
        for pod in self._known.every("Pod"):
            left = found.get(Ref("Node", word(pod, "spec", "nodeName")))
            if left is None or word(pod, "status", "phase") in ("Succeeded", "Failed"):
                continue
            for resource, wanted in requests(pod).items():
                if resource in left:
                    left[resource] -= wanted
        return found

    def fits(self, pod: Object, node: Ref) -> bool:
        """It is known to have what the pod requests."""
        free = self.free.get(node, {})
        return bool(free) and all(q <= free[r] for r, q in requests(pod).items() if r in free)


def requests(pod: Object) -> dict[str, Decimal]:
    """cpu and memory that its containers request together."""
    found: dict[str, Decimal] = {}
    for one in rows(pod, "spec", "containers"):
        for resource in ("cpu", "memory"):
            asked = quantity(at(one, "resources", "requests", resource))
            if asked is not None:
                found[resource] = found.get(resource, Decimal(0)) + asked
    return found


def finding(known: Cluster, pod: Object, room: Room) -> Finding | None:
    """None where it has a node, or does not wait."""
    if word(pod, "spec", "nodeName") or word(pod, "status", "phase") not in ("Pending", ""):
        return None
    place, said, since = None, "", None
    for n, kind, condition in conditions(pod):
        if kind == "PodScheduled" and word(condition, "status") == "False":
            place, said = n, word(condition, "message")
            since = time(condition, "lastTransitionTime")
            if word(condition, "reason") == "SchedulingGated":
                return None
    told = known.told_of(ref(pod), "FailedScheduling")
    if place is None and not told:
        return None
    proof = Proof(f"status.conditions[{place}].message", plain(said))
    if not said and told:
        proof = Proof(f"Event {told[-1].ref.name}: message", plain(told[-1].message))
    message = said or (told[-1].message if told else "")
    why, remedy = explained(message)
    about: list[Ref] = [Ref("PersistentVolumeClaim", c, ref(pod).namespace) for c in claims(pod)]
    missing = meaning(message, ref(pod).namespace)
    about += missing.about if missing else ()
    if "labels that it selects" in why and (lacking := _lacking(known, pod)):
        why = why.replace("the labels that it selects", f"the labels that it selects ({lacking})")
    for node in _held_back(known, pod, room) if "room" in why or "cordoned" in why else ():
        about.append(node)
        remedy = f"Uncordon {node.name}, which is well, held back and has room; or add nodes."
    says = f"No node fits pod {ref(pod).name}: {why or plain(message)}."
    return made(
        known, pod, "unschedulable", says, proof, remedy, about=about, since=since or (told[0].first if told else None)
    )


def explained(message: str) -> tuple[str, str]:
    """Why no node fits, in words, and what mends it."""
    short = list(dict.fromkeys(r.lower().rstrip(".") for r in _RESOURCE.findall(message)))
    reasons = [f"there is no room ({', '.join(short)})"] if short else []
    fitting = [(says, remedy) for pattern, says, remedy in _WHY if pattern.search(message)]
    remedies = [_ROOM] if short else []
    reasons += [says for says, _ in fitting]
    remedies += [remedy for _, remedy in fitting]
    return "; ".join(reasons), remedies[0] if remedies else "Read what the scheduler says (kubectl describe pod)."


def _lacking(known: Cluster, pod: Object) -> str:
    """The pairs of its nodeSelector that no node has, where nodes were listed."""
    if not known.has("Node"):
        return ""
    have = {pair for node in known.every("Node") for pair in texts(node, "metadata", "labels").items()}
    wanted = texts(pod, "spec", "nodeSelector").items()
    return plain(", ".join(f"{key}={value}" for key, value in wanted if (key, value) not in have), 200)


def _held_back(known: Cluster, pod: Object, room: Room) -> list[Ref]:
    """Cordoned nodes that are well and have room for it."""
    cordoned = (ref(node) for node in known.every("Node") if at(node, "spec", "unschedulable") is True)
    return [node for node in cordoned if room.fits(pod, node)]


def claims(pod: Object) -> list[str]:
    """The PersistentVolumeClaims that it mounts."""
    found = (word(v, "persistentVolumeClaim", "claimName") for v in rows(pod, "spec", "volumes"))
    return [plain(name, 253) for name in found if name]
