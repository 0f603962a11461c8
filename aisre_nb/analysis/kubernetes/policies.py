"""Network policies that cut off a caller that is known, or name resolution.

Policies of pods are a union of what they let through (API reference, "NetworkPolicy v1"): a pod that one selects for a
direction takes nothing but what some rule of those that select it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Kind, Proof, Severity
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, selects, texts, time, word

_DNS = 53
_DIRECTIONS = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


def findings(known: Cluster, calls: Iterable[tuple[str, str]] = ()) -> Iterator[Finding]:
    """``calls``: caller and callee, by service; without them name resolution alone is looked at.

    What a policy does is read here and not tried: a network plugin may not enforce it. An old one is therefore told
    without alarm, as calls have gone on since.
    """
    if not known.has("NetworkPolicy") or not known.has("Pod"):
        return
    pods: dict[str, Object] = {}
    for pod in known.every("Pod"):
        pods.setdefault(known.service(ref(pod)), pod)
    for pod in pods.values():
        policies = _of(known, pod, "Egress")
        if policies and not any(_resolves(rule) for policy in policies for rule in rows(policy, "spec", "egress")):
            says = f"What {known.workload(ref(pod)).name} may send leaves out port {_DNS}: it cannot resolve names."
            yield _made(known, policies, "dns", says, "spec.egress", "Let port 53 (UDP and TCP) through.", (pod,))
    for caller, callee in dict.fromkeys(calls):
        one, other = pods.get(caller), pods.get(callee)
        if one is None or other is None or caller == callee:
            continue
        for direction, whose, peer in (("Ingress", other, one), ("Egress", one, other)):
            policies = _of(known, whose, direction)
            field, side = _DIRECTIONS[direction]
            rules = [rule for policy in policies for rule in rows(policy, "spec", field)]
            if policies and not any(_lets(known, rule, side, whose, peer, _ports(known, other)) for rule in rules):
                says = f"By its policies {callee} gets nothing from {caller}."
                remedy = f"Add a rule that lets {caller} reach {callee}."
                yield _made(known, policies, "network_policy", says, f"spec.{field}", remedy, (one, other))


def _made(
    known: Cluster, policies: list[Object], kind: Kind, says: str, field: str, remedy: str, pods: tuple[Object, ...]
) -> Finding:
    newest = max(policies, key=lambda p: time(p, "metadata", "creationTimestamp") or datetime.min.replace(tzinfo=UTC))
    began = time(newest, "metadata", "creationTimestamp")
    severity: Severity = "warning" if began and known.recent(began) else "info"
    proof = Proof(field, f"{len(rows(newest, *field.split('.')))} rules, none of which lets it through")
    about = tuple(known.workload(ref(pod)) for pod in pods)
    return made(known, newest, kind, says, proof, remedy, about=about, severity=severity)


def _of(known: Cluster, pod: Object, direction: str) -> list[Object]:
    """The policies that select it for a direction."""
    found = []
    for policy in known.every("NetworkPolicy"):
        kinds = at(policy, "spec", "policyTypes")
        given = (
            list(kinds)
            if isinstance(kinds, list)
            else ["Ingress", *(["Egress"] if rows(policy, "spec", "egress") else [])]
        )
        if (
            direction in given
            and ref(policy).namespace == ref(pod).namespace
            and selects(at(policy, "spec", "podSelector") or {}, texts(pod, "metadata", "labels"))
        ):
            found.append(policy)
    return found


def _lets(known: Cluster, rule: Object, side: str, whose: Object, peer: Object, ports: set[int | str]) -> bool:
    given = rows(rule, "ports")
    if given and ports and not any(_port(port, ports) for port in given):
        return False
    peers = rows(rule, side)
    return not peers or any(_peer(known, one, whose, peer) for one in peers)


def _port(given: Object, ports: set[int | str]) -> bool:
    port = at(given, "port")
    if port is None:
        return True
    end = number(given, "endPort")
    if isinstance(port, int) and end:
        return any(isinstance(p, int) and port <= p <= end for p in ports)
    return port in ports


def _peer(known: Cluster, one: Object, whose: Object, peer: Object) -> bool:
    if "ipBlock" in one:
        # Which addresses pods have is not told; what is not known is not held against it.
        return True
    space, spaces = ref(peer).namespace, at(one, "namespaceSelector")
    if spaces is None and space != ref(whose).namespace:
        return False
    if spaces is not None:
        named = next((n for n in known.every("Namespace") if ref(n).name == space), None)
        labels = texts(named, "metadata", "labels") | {"kubernetes.io/metadata.name": space}
        if not selects(spaces, labels):
            return False
    chosen = at(one, "podSelector")
    return chosen is None or selects(chosen, texts(peer, "metadata", "labels"))


def _ports(known: Cluster, pod: Object) -> set[int | str]:
    """What it listens on, as far as it says; empty where that is not known."""
    found: set[int | str] = set()
    for one in rows(pod, "spec", "containers"):
        for port in rows(one, "ports"):
            found |= {p for p in (number(port, "containerPort"), word(port, "name")) if p}
    return found


def _resolves(rule: Object) -> bool:
    """A rule of egress that may reach a name server."""
    given = rows(rule, "ports")
    if given:
        return any(
            at(p, "port") in (None, _DNS, "dns", "dns-tcp") or (number(p, "endPort") or 0) >= _DNS for p in given
        )
    peers = rows(rule, "to")
    return not peers or any("ipBlock" in p or "namespaceSelector" in p for p in peers)
