"""Services that lead nowhere: no pods, none of them ready, or a port that no container opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, texts, word

_OF_SERVICE = "kubernetes.io/service-name"


def findings(known: Cluster) -> Iterator[Finding]:
    """At most one a Service. One without a selector, or with a name elsewhere, is somebody else's to fill."""
    for service in known.every("Service"):
        selector = texts(service, "spec", "selector")
        unready = at(service, "spec", "publishNotReadyAddresses") is True
        if not selector or unready or word(service, "spec", "type") == "ExternalName":
            continue
        if known.has("Pod"):
            pods = known.pods(ref(service).namespace, {"matchLabels": selector})
            found = _empty(known, service, selector) if not pods else _unready(known, service, pods)
        else:
            found = _by_endpoints(known, service)
        found = found or _port(known, service)
        if found:
            yield found


def _empty(known: Cluster, service: Object, selector: dict[str, str]) -> Finding | None:
    own, wanted = ref(service), ", ".join(f"{k}={v}" for k, v in selector.items())
    behind = [
        w
        for w in known.every("Deployment", "StatefulSet", "DaemonSet")
        if ref(w).namespace == own.namespace
        and selector.items() <= texts(w, "spec", "template", "metadata", "labels").items()
    ]
    about = tuple(map(ref, behind))
    if any(number(w, "spec", "replicas") == 0 for w in behind):
        says = f"Service {own.name} has no pods: {behind[0] and ref(behind[0]).name} is scaled to none."
        proof, remedy = Proof("spec.replicas", "0"), "Scale it up, if it should serve."
        return made(known, behind[0], "no_endpoints", says, proof, remedy, about=(own, *about), severity="warning")
    if behind:
        says = f"Service {own.name} selects {wanted}, of which there is no pod now."
        proof = Proof("spec.selector", plain(wanted))
        return made(known, service, "no_endpoints", says, proof, "See why its pods are not made.", about=about)
    near = _nearest(known, service, selector)
    says = f"Service {own.name} selects {wanted}, and no pod has these labels"
    says += f"; those of {near[0]} have {near[1]}." if near else "."
    proof = Proof("spec.selector", plain(wanted))
    remedy = "Let the selector name the labels that the pods have."
    return made(known, service, "selector_without_pods", says, proof, remedy)


def _nearest(known: Cluster, service: Object, selector: dict[str, str]) -> tuple[str, str] | None:
    """The workload that is meant: of the service's own name, or with most of its labels."""
    best: tuple[int, str, str] | None = None
    for workload in known.every("Deployment", "StatefulSet", "DaemonSet"):
        if ref(workload).namespace != ref(service).namespace:
            continue
        labels = texts(workload, "spec", "template", "metadata", "labels")
        same = sum(labels.get(k) == v for k, v in selector.items()) + 2 * (ref(workload).name == ref(service).name)
        if same and (best is None or same > best[0]):
            own = ", ".join(f"{k}={labels[k]}" for k in selector if k in labels) or "none of these keys"
            best = (same, ref(workload).name, plain(own))
    return best[1:] if best else None


def _unready(known: Cluster, service: Object, pods: list[Object]) -> Finding | None:
    known_state = [pod for pod in pods if at(pod, "status", "conditions") or at(pod, "status", "containerStatuses")]
    if not known_state or any(_ready(pod) for pod in pods):
        return None
    says = f"None of the {len(pods)} pods of Service {ref(service).name} is ready: nobody answers there."
    proof = Proof("status.conditions (Ready)", "False")
    about = {known.workload(ref(pod)) for pod in pods}
    return made(known, service, "no_endpoints", says, proof, "See its pods.", about=sorted(about))


def _by_endpoints(known: Cluster, service: Object) -> Finding | None:
    """Where pods were not listed."""
    own = ref(service)
    slices = [
        s
        for s in known.every("EndpointSlice")
        if ref(s).namespace == own.namespace and texts(s, "metadata", "labels").get(_OF_SERVICE) == own.name
    ]
    old = known.get(Ref("Endpoints", own.name, own.namespace))
    if not slices and old is None:
        return None
    ready = any(at(e, "conditions", "ready") is not False for s in slices for e in rows(s, "endpoints"))
    if ready or any(rows(s, "addresses") or at(s, "addresses") for s in rows(old, "subsets")):
        return None
    says = f"Service {own.name} has no endpoints: nobody answers there."
    field = "endpoints" if slices else "subsets"
    remedy = "See whether its selector fits its pods, and whether these are ready."
    return made(known, service, "no_endpoints", says, Proof(field, "none"), remedy)


def _ready(pod: Object) -> bool:
    found = [word(c, "status") for c in rows(pod, "status", "conditions") if word(c, "type") == "Ready"]
    if found:
        return found[0] == "True"
    statuses = rows(pod, "status", "containerStatuses")
    return bool(statuses) and all(s.get("ready") is True for s in statuses)


def _port(known: Cluster, service: Object) -> Finding | None:
    """A named port must be one of the pods'; a number need not be declared, so only a declared other one tells."""
    own, selector = ref(service), {"matchLabels": texts(service, "spec", "selector")}
    pods = known.pods(own.namespace, selector)
    ports = [port for pod in pods for one in rows(pod, "spec", "containers") for port in rows(one, "ports")]
    names = {word(port, "name") for port in ports} - {""}
    numbers = {number(port, "containerPort") for port in ports} - {None}
    for n, port in enumerate(rows(service, "spec", "ports")):
        target = at(port, "targetPort")
        wanted = target if target is not None else number(port, "port")
        named = isinstance(wanted, str) and not wanted.isdigit()
        declared: set[Any] = names if named else numbers
        if not declared or (wanted if named else number({"port": wanted}, "port")) in declared:
            continue
        has = ", ".join(sorted(names if named else map(str, numbers)))
        says = f"Service {own.name} leads to port {plain(wanted, 40)}, which its pods do not declare; they have {has}."
        proof = Proof(f"spec.ports[{n}].targetPort", plain(wanted, 40))
        remedy = "Let targetPort name a port that the containers open."
        about = {known.workload(ref(pod)) for pod in pods}
        severity: Severity = "critical" if named else "warning"
        return made(known, service, "port_mismatch", says, proof, remedy, about=sorted(about), severity=severity)
    return None
