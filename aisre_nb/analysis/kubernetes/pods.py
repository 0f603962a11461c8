"""What is wrong with pods: their containers, and what lies outside of these."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from aisre_nb.analysis.kubernetes import containers, scheduling
from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning
from aisre_nb.analysis.kubernetes.reading import Object, at, conditions, rows, time, word

_STARTS = timedelta(minutes=1)
"""How long a container may take to become ready before anything is said of it."""
_CREATES = timedelta(minutes=5)
"""How long its containers may take to be made, images and volumes included."""
_VOLUME = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_SANDBOX = ("FailedCreatePodSandBox", "NetworkNotReady")
_UNREADY = ("Unhealthy", "ProbeError")


def findings(known: Cluster) -> Iterator[Finding]:
    """Of every pod the ones that are most to the point."""
    room = scheduling.Room(known)
    for pod in known.every("Pod"):
        if word(pod, "status", "phase") == "Succeeded":
            continue
        yield from _of(known, pod, room)


def _of(known: Cluster, pod: Object, room: scheduling.Room) -> Iterator[Finding]:
    if deleting := _deleting(known, pod):
        yield deleting
        return
    if gone := _evicted(known, pod):
        yield gone
        return
    if waits := scheduling.finding(known, pod, room):
        yield waits
        return
    found = list(containers.findings(known, pod))
    yield from found
    if any(f.severity == "critical" for f in found):
        return
    outside = _begins(known, pod) or _unready(known, pod)
    if outside:
        yield outside


def _deleting(known: Cluster, pod: Object) -> Finding | None:
    marked = time(pod, "metadata", "deletionTimestamp")
    if marked is None:
        return None
    # The mark is set to the end of the grace period.
    if known.now and known.now - marked < _STARTS:
        return None
    holds = at(pod, "metadata", "finalizers")
    why = f"finalizers hold it: {plain(', '.join(map(str, holds)), 100)}" if isinstance(holds, list) and holds else ""
    says = f"Pod {ref(pod).name} is marked for deletion and still there" + (f"; {why}." if why else ".")
    proof = Proof("metadata.deletionTimestamp", word(pod, "metadata", "deletionTimestamp"))
    remedy = "See whether its node answers; what its finalizers wait for must be done first."
    return made(known, pod, "stuck_deleting", says, proof, remedy, severity="warning", since=marked)


def _evicted(known: Cluster, pod: Object) -> Finding | None:
    reason = plain(word(pod, "status", "reason"), 100)
    if word(pod, "status", "phase") != "Failed" or not reason:
        return None
    began = time(pod, "status", "startTime")
    said = plain(word(pod, "status", "message"), 200)
    says = f"Pod {ref(pod).name} was taken off its node ({reason}{': ' + said if said else ''})."
    remedy = "Set requests to what it uses; see what fills the node."
    # What was evicted stays listed until somebody deletes it: its successor tells whether it still hurts.
    severity: Severity = "warning" if known.recent(began) else "info"
    return made(known, pod, "evicted", says, Proof("status.reason", reason), remedy, severity=severity, since=began)


def _begins(known: Cluster, pod: Object) -> Finding | None:
    """It has a node, and its containers are not made."""
    waiting = [
        (n, word(status, "state", "waiting", "reason"))
        for n, status in enumerate(rows(pod, "status", "containerStatuses"))
        if at(status, "state", "waiting")
    ]
    if word(pod, "status", "phase") != "Pending" or not word(pod, "spec", "nodeName"):
        return None
    if any(reason not in ("ContainerCreating", "PodInitializing", "") for _, reason in waiting):
        return None
    for event in reversed(known.told_of(ref(pod), *_VOLUME, *_SANDBOX)):
        proof = Proof(f"Event {event.ref.name}: message", plain(event.message))
        found = meaning(event.message, ref(pod).namespace)
        about = list(found.about) if found else []
        about += [Ref("PersistentVolumeClaim", name, ref(pod).namespace) for name in scheduling.claims(pod)]
        if event.reason in _VOLUME:
            says = f"A volume of {ref(pod).name} cannot be mounted: {plain(event.message)}."
            remedy = "See which node still holds it, and whether what it names is there."
            return made(known, pod, "volume", says, proof, remedy, about=about, since=event.first)
        says = f"The network or sandbox of {ref(pod).name} cannot be made: {plain(event.message)}."
        return made(known, pod, "not_ready", says, proof, "See the network plugin on its node.", since=event.first)
    return None


def _unready(known: Cluster, pod: Object) -> Finding | None:
    """Its containers run, and it gets no requests."""
    place, ready = next(((n, c) for n, kind, c in conditions(pod) if kind == "Ready"), (0, None))
    statuses = rows(pod, "status", "containerStatuses")
    if word(ready, "status") == "True" or (ready is None and (not statuses or all(s.get("ready") for s in statuses))):
        return None
    if word(pod, "status", "phase") == "Pending" and not statuses:
        return None
    if word(pod, "status", "phase") == "Pending" and _begun_lately(known, pod):
        return None
    since = time(ready, "lastTransitionTime")
    begun = [b for s in statuses if (b := time(s, "state", "running", "startedAt"))]
    failed = [
        e
        for e in known.told_of(ref(pod), *_UNREADY)
        if known.recent(e.last) and (told := meaning(e.message)) and told.kind == "readiness_probe"
    ]
    if known.now and begun and known.now - max(begun) < _STARTS and (not failed or failed[-1].count < 3):
        return None
    lost = _lost(known, pod)
    if failed and not lost:
        return containers.readiness(known, pod, Proof(f"Event {failed[-1].ref.name}: message", failed[-1].message))
    field = f"status.conditions[{place}].status" if ready is not None else "status.containerStatuses[0].ready"
    proof = Proof(field, word(ready, "status") or "false")
    why = plain(word(ready, "message") or word(ready, "reason"), 200)
    if lost:
        why = f"its node {lost.name} does not answer"
    says = f"Pod {ref(pod).name} is not ready" + (f": {why}." if why else ", and nothing says why.")
    remedy = "" if lost else "Read its log and its events (kubectl describe pod)."
    return made(known, pod, "not_ready", says, proof, remedy, since=since)


def _begun_lately(known: Cluster, pod: Object) -> bool:
    """Something of it was made, begun or done within the time that containers may take."""
    inits = rows(pod, "status", "initContainerStatuses")
    dates = [time(pod, "metadata", "creationTimestamp")]
    dates += [time(s, "state", "running", "startedAt") for s in inits]
    dates += [time(s, "state", "terminated", "finishedAt") for s in inits]
    last = max((at for at in dates if at), default=None)
    return last is not None and known.now is not None and known.now - last < _CREATES


def _lost(known: Cluster, pod: Object) -> Ref | None:
    name = Ref("Node", word(pod, "spec", "nodeName"))
    node = known.get(name)
    bad = node is not None and any(k == "Ready" and word(c, "status") != "True" for _, k, c in conditions(node))
    return name if bad else None
