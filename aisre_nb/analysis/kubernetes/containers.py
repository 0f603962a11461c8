"""What the statuses of a pod's containers say is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from aisre_nb.analysis.kubernetes.cluster import Cluster, Told, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning, why_no_image
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, time, word
from aisre_nb.times import rfc3339

_IMAGE = {
    "ImagePullBackOff",
    "ErrImagePull",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
}
_CONFIG = {"CreateContainerConfigError"}
_CANNOT_RUN = {"CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError", "PostStartHookError"}
_COMMAND = {126: "its command may not be executed", 127: "its command is not found"}
_SIGNALS = {137: "SIGKILL", 143: "SIGTERM", 139: "SIGSEGV", 134: "SIGABRT"}

_LONG = timedelta(minutes=10)
"""What an init container may take before it is said to hang."""


def findings(known: Cluster, pod: Object) -> Iterator[Finding]:
    """One for each container that does not run, or ended not long ago."""
    for n, status in enumerate(rows(pod, "status", "initContainerStatuses")):
        if found := _init(known, pod, n, status):
            yield found
    for n, status in enumerate(rows(pod, "status", "containerStatuses")):
        if found := _waits(known, pod, n, status) or _ended(known, pod, n, status):
            yield found


def _waits(known: Cluster, pod: Object, n: int, status: Object) -> Finding | None:
    path = f"status.containerStatuses[{n}].state.waiting"
    reason = plain(word(status, "state", "waiting", "reason"), 100)
    said = plain(word(status, "state", "waiting", "message"), 1000)
    if not reason or reason == "CrashLoopBackOff":
        return None
    who, proof = _who(status), Proof(f"{path}.reason", reason)
    if reason in _IMAGE:
        image = plain(word(_spec(pod, status), "image") or word(status, "image"), 200)
        failed = [e.message for e in known.told_of(ref(pod), "Failed", "ErrImagePull", reason) if "ull" in e.message]
        why, remedy = why_no_image(" ".join([reason, said, *failed[-2:]]))
        says = f"The image {image or 'of ' + ref(pod).name} cannot be pulled" + (
            f": {why}." if why else f" ({reason})."
        )
        return made(known, pod, "image_pull", says, _telling(proof, f"{path}.message", said), remedy)
    if reason in _CONFIG:
        says = f"{who} cannot be made from its settings: {said or reason}."
        found = meaning(said, ref(pod).namespace)
        remedy = "Create what is missing, or correct the reference to it."
        about = found.about if found else ()
        return made(known, pod, "container_config", says, _telling(proof, f"{path}.message", said), remedy, about=about)
    if reason in _CANNOT_RUN:
        says = f"{who} cannot be started: {said or reason}."
        remedy = "Check its command, its image's entry point and its mounts."
        return made(known, pod, "container_start", says, _telling(proof, f"{path}.message", said), remedy)
    told = meaning(said)
    if told and told.kind == "readiness_probe":
        return readiness(known, pod, Proof(f"{path}.message", said))
    return None


def _ended(known: Cluster, pod: Object, n: int, status: Object) -> Finding | None:
    base = f"status.containerStatuses[{n}]"
    where = next((s for s in ("state", "lastState") if at(status, s, "terminated")), "")
    restarts = number(status, "restartCount") or 0
    loops = word(status, "state", "waiting", "reason") == "CrashLoopBackOff"
    if not where and not loops:
        return None
    ended = at(status, where, "terminated") if where else {}
    code, reason = number(ended, "exitCode"), plain(word(ended, "reason"), 100)
    finished = time(ended, "finishedAt")
    if where == "state" and code == 0 and not loops:
        return None
    recent = loops or where == "state" or known.recent(finished)
    up = status.get("ready") is True or (bool(at(status, "state", "running")) and not loops)
    severity: Severity = "info" if not recent else "warning" if up else "critical"
    who, times = _who(status), f"; it was restarted {restarts} times" if restarts > 1 else ""
    proof = Proof(f"{base}.{where}.terminated.reason", reason) if reason else None
    exits = Proof(f"{base}.{where}.terminated.exitCode", str(code)) if code is not None else None
    loop = Proof(f"{base}.state.waiting.reason", "CrashLoopBackOff")
    if not loops:
        loop = Proof(f"{base}.restartCount", str(restarts))
    since = _since(known, pod, finished)
    if reason == "OOMKilled":
        limit = word(_spec(pod, status), "resources", "limits", "memory")
        says = f"{who} was killed for its memory" + (f" at its limit of {limit}" if limit else "") + times
        remedy = "Find what holds the memory; until then go back to the version before, or raise the limit."
        return made(known, pod, "oom_killed", f"{says}.", proof or loop, remedy, severity=severity, since=since)
    if killed := _probe_event(known, pod):
        return _liveness(known, pod, status, killed, severity, since, times)
    if (code in _COMMAND) or reason in _CANNOT_RUN:
        why = _COMMAND.get(code or 0) or plain(word(ended, "message")) or reason
        remedy = "Check its command, its arguments and its image's entry point."
        says = f"{who} cannot be started: {why}."
        return made(known, pod, "container_start", says, exits or proof or loop, remedy, severity=severity, since=since)
    how = _how(code, reason)
    if loops:
        says = f"{who} ends again and again ({how}){times}."
        remedy = "Read the log of the container that ended (kubectl logs --previous)."
        return made(known, pod, "crash_loop", says, exits or loop, remedy, severity=severity, since=since)
    says = f"{who} ended ({how}){times}."
    remedy = "Read the log of the container that ended (kubectl logs --previous)."
    return made(known, pod, "restarts", says, exits or proof or loop, remedy, severity=severity, since=since)


def _liveness(
    known: Cluster,
    pod: Object,
    status: Object,
    killed: Told,
    severity: Severity,
    since: datetime | None,
    times: str,
) -> Finding:
    which = "startup" if "tartup" in killed.message else "liveness"
    allows = number(_spec(pod, status), f"{which}Probe", "timeoutSeconds")
    slow = "eadline exceeded" in killed.message or "imeout" in killed.message
    says = f"{_who(status)} is killed because its {which} probe fails{times}: {killed.message}"
    if allows and slow:
        says += f" (the probe waits {allows} s)"
    remedy = (
        "Give the probe more time, or find why the answer takes so long."
        if slow
        else "Nothing listens on the probed port: compare the probe's port with what the program opens."
        if "onnection refused" in killed.message
        else "Find why the probed address does not answer; a probe must not depend on other services."
    )
    proof = Proof(f"Event {killed.ref.name}: message", plain(killed.message))
    return made(known, pod, "liveness_probe", f"{plain(says)}.", proof, remedy, severity=severity, since=since)


def _init(known: Cluster, pod: Object, n: int, status: Object) -> Finding | None:
    base = f"status.initContainerStatuses[{n}]"
    waiting = plain(word(status, "state", "waiting", "reason"), 100)
    said = plain(word(status, "state", "waiting", "message"))
    ended = at(status, "state", "terminated") or at(status, "lastState", "terminated")
    code, reason = number(ended, "exitCode"), plain(word(ended, "reason"), 100)
    begun = time(status, "state", "running", "startedAt")
    if begun and known.now and known.now - begun > _LONG and not ended:
        says = (
            f"{_who(status, 'Init container')} has not got done since {rfc3339(begun)}, so that the pod does not begin."
        )
        proof = Proof(f"{base}.state.running.startedAt", rfc3339(begun))
        return made(known, pod, "init_container", says, proof, "See what it waits for in its log.", since=begun)
    if waiting in ("", "PodInitializing", "ContainerCreating") and (
        at(status, "state", "running") or not ended or code == 0
    ):
        return None
    proof = Proof(f"{base}.state.waiting.reason", waiting)
    if not waiting or (waiting == "CrashLoopBackOff" and code is not None):
        where = "state" if at(status, "state", "terminated") else "lastState"
        proof = Proof(f"{base}.{where}.terminated.exitCode", str(code))
    why = said if waiting and waiting != "CrashLoopBackOff" and said else _how(code, reason)
    if waiting in _IMAGE:
        why, _ = why_no_image(f"{waiting} {said}")
        why = f"its image cannot be pulled{': ' + why if why else ''}"
    found = meaning(said, ref(pod).namespace)
    says = f"{_who(status, 'Init container')} does not get done ({why}), so that the pod does not begin."
    remedy = "Read the init container's log, and mend what it waits for."
    about = found.about if found else ()
    return made(known, pod, "init_container", plain(says), proof, remedy, about=about, since=time(ended, "finishedAt"))


def readiness(known: Cluster, pod: Object, proof: Proof) -> Finding:
    """Kept out of its Service by its readiness probe."""
    said = plain(proof.value)
    says = f"The readiness probe of {ref(pod).name} fails, so that it gets no requests: {said}."
    remedy = "Find what the probed address waits for; check the probe's path and port against what the version serves."
    if "onnection refused" in said:
        remedy = "Nothing listens on the probed port: compare the probe's port with what the program opens."
    return made(known, pod, "readiness_probe", says, Proof(proof.field, said), remedy)


def _probe_event(known: Cluster, pod: Object) -> Told | None:
    """The last event by which a liveness or startup probe brought a container's end."""
    found = [
        event
        for event in known.told_of(ref(pod), "Unhealthy", "Killing", "Liveness", "ProbeError")
        if known.recent(event.last) and (told := meaning(event.message)) and told.kind == "liveness_probe"
    ]
    said = [event for event in found if event.reason != "Killing"]
    return next(reversed(said or found), None)


def _how(code: int | None, reason: str) -> str:
    if code is None:
        return reason or "no reason is told"
    return f"exit code {code}" + (f", {_SIGNALS[code]}" if code in _SIGNALS else "")


def _telling(proof: Proof, field: str, said: str) -> Proof:
    """The message where there is one: it says more than the reason."""
    return Proof(field, plain(said)) if said else proof


def _since(known: Cluster, pod: Object, finished: datetime | None) -> datetime | None:
    """The first end that is known: an event's, else the last."""
    ends = [e.first for e in known.told_of(ref(pod)) if e.warning and e.first and known.recent(e.first)]
    return min([*ends, *([finished] if finished else [])], default=None)


def _who(status: Object, what: str = "Container") -> str:
    name = plain(word(status, "name"), 63)
    return f"{what} {name}" if name else f"A{'n' * what.startswith('I')} {what.lower()}"


def _spec(pod: Object, status: Object) -> Object:
    name = word(status, "name")
    return next((c for c in rows(pod, "spec", "containers") if word(c, "name") == name), {})
