"""Tables that ``kubectl get`` prints: events, pods, nodes; others are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aisre_nb.analysis.kubernetes.pasted.ages import age, times
from aisre_nb.times import rfc3339

_GAP = re.compile(r"\s{2,}|\t+")
_KINDS = {
    "pod": "Pod", "po": "Pod", "deployment": "Deployment", "deployment.apps": "Deployment", "deploy": "Deployment",
    "replicaset": "ReplicaSet", "replicaset.apps": "ReplicaSet", "statefulset": "StatefulSet",
    "statefulset.apps": "StatefulSet", "daemonset": "DaemonSet", "daemonset.apps": "DaemonSet", "node": "Node",
    "job": "Job", "job.batch": "Job", "cronjob": "CronJob", "cronjob.batch": "CronJob", "service": "Service",
    "persistentvolumeclaim": "PersistentVolumeClaim", "pvc": "PersistentVolumeClaim", "ingress": "Ingress",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler", "hpa": "HorizontalPodAutoscaler",
    "horizontalpodautoscaler.autoscaling": "HorizontalPodAutoscaler",
}  # fmt: skip
_RESTARTED = re.compile(r"(\d{1,9})(?: \(((?:\d{1,6}[smhdy]){1,4}) ago\))?")
_ENDED = {"OOMKilled", "Error", "ContainerCannotRun", "StartError", "DeadlineExceeded"}
_INIT = re.compile(r"Init:(?:(\d{1,4})/(\d{1,4})|([A-Za-z]{1,60}))")

Row = Mapping[str, str]


def kind_of(headings: Sequence[str]) -> str:
    """``"events"``, ``"pods"``, ``"nodes"``, or empty where the headings are none of these."""
    names = set(headings)
    if {"REASON", "OBJECT", "MESSAGE"} <= names:
        return "events"
    if {"NAME", "READY", "STATUS", "RESTARTS"} <= names:
        return "pods"
    return "nodes" if {"NAME", "STATUS", "ROLES", "VERSION"} <= names else ""


def headings(line: str) -> list[str]:
    """The column heads of a line, where all of it is in capitals; ``LAST SEEN`` is one."""
    if line != line.upper() or not line.strip() or len(line) > 1000:
        return []
    return re.sub(r"\b(LAST|FIRST) SEEN\b", r"\1_SEEN", line.strip()).replace("NODE SELECTOR", "NODE_SELECTOR").split()


def objects(head: str, lines: Sequence[str], now: datetime | None, first: int = 0) -> Iterator[dict[str, Any]]:
    """The objects of one table. ``first`` numbers its events."""
    names = headings(head)
    kind = kind_of(names)
    for n, line in enumerate(lines, start=first):
        row = _row(names, head, line, kind)
        if row is None:
            continue
        match kind:
            case "events":
                yield event(row, now, n)
            case "pods":
                yield _pod(row, now)
            case "nodes":
                yield _node(row)


def _row(names: Sequence[str], head: str, line: str, kind: str) -> Row | None:
    """By the places of the heads; by wide gaps where a chat or mail has moved these; by words at last."""
    cells = _by_place(names, head, line)
    if cells is None:
        cells = _GAP.split(line.strip(), maxsplit=len(names) - 1)
    if len(cells) != len(names):
        # Only the message has blanks in it, and it is last.
        cells = line.split(maxsplit=len(names) - 1)
    if len(cells) != len(names) or (kind == "events" and "/" not in cells[list(names).index("OBJECT")]):
        return None
    return dict(zip(names, (cell.strip() for cell in cells), strict=True))


def _by_place(names: Sequence[str], head: str, line: str) -> list[str] | None:
    spaced = [name.replace("_", " ") for name in names]
    starts, at = [], 0
    for name in spaced:
        at = head.find(name, at)
        if at < 0:
            return None
        starts.append(at)
        at += len(name)
    # A value that runs over a column's beginning shows that the columns have moved.
    if "\t" in line or any(0 < s < len(line) and not line[s - 1].isspace() for s in starts):
        return None
    ends = [*starts[1:], None]
    cells = [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    return cells if all(cells) else None


def event(row: Row, now: datetime | None, number: int) -> dict[str, Any]:
    """One Event from its cells."""
    kind, _, name = row.get("OBJECT", "").partition("/")
    seen = times(row.get("LAST_SEEN") or row.get("AGE") or "", now)
    count, since = row.get("COUNT", ""), age(row.get("FIRST_SEEN", ""))
    if count.isascii() and count.isdigit():
        seen["count"] = int(count[:9])
    if since is not None and now is not None:
        seen["firstTimestamp"] = rfc3339(now - since)
    space = row.get("NAMESPACE") or "default"
    return {
        "kind": "Event",
        "metadata": {"name": f"pasted-{number}", "namespace": space},
        "type": row.get("TYPE", ""),
        "reason": row.get("REASON", ""),
        "message": row.get("MESSAGE", ""),
        "involvedObject": {"kind": _KINDS.get(kind.lower(), kind), "name": name, "namespace": space},
        **seen,
    }


def _pod(row: Row, now: datetime | None) -> dict[str, Any]:
    """A Pod as far as its row tells: the phase, and one status for all its containers."""
    status, (ready, _, wanted) = row["STATUS"], row["READY"].partition("/")
    full = ready == wanted and ready != "0"
    restarted = _RESTARTED.match(row["RESTARTS"])
    one: dict[str, Any] = {"ready": full, "restartCount": int(restarted[1]) if restarted else 0}
    phase, since = "Running", age(row.get("AGE", ""))
    found: dict[str, Any] = {"conditions": [{"type": "Ready", "status": "True" if full else "False"}]}
    match status:
        case "Running" | "Terminating":
            one["state"] = {"running": {}}
        case "Completed" | "Succeeded":
            phase, found["conditions"] = "Succeeded", []
        case "Evicted" | "NodeLost" | "Preempting" | "UnexpectedAdmissionError":
            phase, found["reason"] = "Failed", status
        case "Pending":
            phase = "Pending"
        case "Unknown":
            one["state"] = {"running": {}}
        case _ if _INIT.fullmatch(status):
            phase, found["initContainerStatuses"] = "Pending", [_init(status)]
        case _ if status in _ENDED:
            one["state"] = {"terminated": {"reason": status}}
        case _:
            one["state"] = {"waiting": {"reason": status}}
            phase = "Running" if status == "CrashLoopBackOff" else "Pending"
    if restarted and restarted[2] and now is not None and (ago := age(restarted[2])) is not None:
        ended = found.get("initContainerStatuses", [one])[0]
        ended["lastState"] = {"terminated": {"finishedAt": rfc3339(now - ago)}}
    if phase != "Succeeded" and status != "Pending":
        found["containerStatuses"] = [one]
    metadata: dict[str, Any] = {"name": row["NAME"], "namespace": row.get("NAMESPACE") or "default"}
    if since is not None and now is not None:
        metadata["creationTimestamp"] = rfc3339(now - since)
    node = row.get("NODE", "")
    spec = {"nodeName": node} if node and node != "<none>" else {}
    return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": {**found, "phase": phase}}


def _init(status: str) -> dict[str, Any]:
    found = _INIT.fullmatch(status)
    reason = found[3] if found else None
    return {"state": {"waiting": {"reason": reason}} if reason else {"running": {}}}


def _node(row: Row) -> dict[str, Any]:
    ready, *more = row["STATUS"].split(",")
    said = {"Ready": "True", "NotReady": "False"}.get(ready, "Unknown")
    spec = {"unschedulable": True} if "SchedulingDisabled" in more else {}
    conditions = [{"type": "Ready", "status": said}]
    return {"kind": "Node", "metadata": {"name": row["NAME"]}, "spec": spec, "status": {"conditions": conditions}}
