"""``kubectl describe`` as objects: by its indentation, with the tables of conditions and events in it.

It is meant for people and changes between versions: what is not understood is left out, and nothing is guessed of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aisre_nb.analysis.kubernetes.pasted.ages import times
from aisre_nb.times import rfc3339

_LINE = re.compile(r"^( *)([^\s:][^:]{0,100}):(?:\s+(.*))?$")
_GAP = re.compile(r"\s{2,}|\t+")
_CONTAINER = re.compile(r"^ {2}([a-z0-9][a-z0-9.-]{0,62}):\s*$")
_DELAY = re.compile(r"\b(timeout|period|delay)=(\d{1,6})s")
_BY_SECTION: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"Node", "Containers"}), "Pod"),
    (frozenset({"System Info", "Allocatable"}), "Node"),
    (frozenset({"StrategyType", "Replicas"}), "Deployment"),
    (frozenset({"Replicas", "Pods Status", "Volume Claims"}), "StatefulSet"),
    (frozenset({"Replicas", "Pods Status"}), "ReplicaSet"),
    (frozenset({"Desired Number of Nodes Scheduled"}), "DaemonSet"),
    (frozenset({"Parallelism", "Completions"}), "Job"),
    (frozenset({"Schedule", "Suspend"}), "CronJob"),
    (frozenset({"Reference", "Min replicas"}), "HorizontalPodAutoscaler"),
    (frozenset({"Endpoints", "Selector"}), "Service"),
    (frozenset({"StorageClass", "Access Modes"}), "PersistentVolumeClaim"),
)


@dataclass
class _Section:
    """A line of the output, and what is indented under it."""

    value: str = ""
    lines: list[str] = field(default_factory=list)


def described(lines: Sequence[str], now: datetime | None, first: int = 0) -> list[dict[str, Any]]:
    """The object, then its events; empty where there is no name. ``first`` numbers the events."""
    sections = _sections(lines)
    name = sections["Name"].value if "Name" in sections else ""
    if not name or len(name) > 253 or any(c.isspace() for c in name):
        return []
    kind = next((kind for needed, kind in _BY_SECTION if needed <= sections.keys()), "")
    space = _value(sections, "Namespace")
    metadata: dict[str, Any] = {"name": name, **({"namespace": space} if space else {})}
    if labels := _labels(sections.get("Labels")):
        metadata["labels"] = labels
    if (made := _date(_value(sections, "CreationTimestamp") or _value(sections, "Start Time"))) and kind != "Event":
        metadata["creationTimestamp"] = made
    owner, _, whose = _value(sections, "Controlled By").partition("/")
    if whose:
        metadata["ownerReferences"] = [{"kind": owner, "name": whose.split()[0]}]
    item: dict[str, Any] = {"kind": kind or "Unknown", "metadata": metadata, "spec": {}, "status": {}}
    if conditions := _conditions(sections.get("Conditions")):
        item["status"]["conditions"] = conditions
    match kind:
        case "Pod":
            _pod(item, sections)
        case "Node":
            item["spec"]["unschedulable"] = _value(sections, "Unschedulable") == "true"
            item["status"]["allocatable"] = _pairs(sections["Allocatable"].lines)
        case "Deployment" | "StatefulSet" | "ReplicaSet":
            _replicas(item, _value(sections, "Replicas"))
        case "PersistentVolumeClaim":
            item["status"]["phase"] = _value(sections, "Status")
            item["spec"]["storageClassName"] = _value(sections, "StorageClass")
        case "Service":
            _service(item, sections)
        case "CronJob":
            item["spec"]["suspend"] = _value(sections, "Suspend").lower() == "true"
        case "HorizontalPodAutoscaler":
            owner, _, whose = _value(sections, "Reference").partition("/")
            item["spec"] = {
                "scaleTargetRef": {"kind": owner, "name": whose},
                "maxReplicas": _int(sections, "Max replicas"),
            }
    found = [item, *_endpoints(item, sections)] if kind else []
    return found + _events(sections.get("Events"), item, now, first)


def _sections(lines: Sequence[str]) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    now: _Section | None = None
    for line in lines:
        match = _LINE.match(line) if line[:1] not in (" ", "\t", "") else None
        if match:
            now = _Section((match[3] or "").strip())
            found.setdefault(match[2], now)
        elif now is not None and line.strip():
            now.lines.append(line)
    return found


def _value(sections: Mapping[str, _Section], name: str) -> str:
    found = sections[name].value if name in sections else ""
    return "" if found in ("<none>", "<unset>", "<nil>") else found


def _int(sections: Mapping[str, _Section], name: str) -> int | None:
    found = _value(sections, name)
    return int(found[:9]) if found.isascii() and found.isdigit() else None


def _labels(section: _Section | None) -> dict[str, str]:
    texts = [section.value, *(line.strip() for line in section.lines)] if section else []
    pairs = (text.partition("=") for text in texts)
    return {key: value for key, eq, value in pairs if eq and " " not in key}


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    matches = (_LINE.match(line) for line in lines)
    return {match[2].strip(): (match[3] or "").strip() for match in matches if match}


def _date(text: str) -> str:
    try:
        return rfc3339(parsedate_to_datetime(text)) if text else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _conditions(section: _Section | None) -> list[dict[str, Any]]:
    """Type and status; a node's have times, a reason and a message, an autoscaler's no times."""
    found = []
    head: list[str] = []
    for line in section.lines if section else []:
        cells = _GAP.split(line.strip())
        if cells[0] == "Type":
            head = cells
        elif len(cells) >= 2 and not cells[0].startswith("-"):
            row = dict(zip(head, cells, strict=False)) if head else {}
            changed = _date(row.get("LastTransitionTime", ""))
            one = {
                "type": cells[0],
                "status": cells[1],
                "reason": row.get("Reason", ""),
                "message": row.get("Message", ""),
            }
            found.append(one | ({"lastTransitionTime": changed} if changed else {}))
    return found


def _pod(item: dict[str, Any], sections: Mapping[str, _Section]) -> None:
    status, spec = item["status"], item["spec"]
    phase = _value(sections, "Status").split()
    status["phase"] = phase[0] if phase else ""
    if reason := _value(sections, "Reason"):
        status["reason"] = reason
    if message := _value(sections, "Message"):
        status["message"] = message
    if node := _value(sections, "Node"):
        spec["nodeName"] = node.partition("/")[0]
    for title, group, statuses in (
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
    ):
        for name, lines in _containers(sections.get(title)):
            one, state = _container(name, lines)
            spec.setdefault(group, []).append(one)
            if state["state"]:
                status.setdefault(statuses, []).append(state)


def _containers(section: _Section | None) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in section.lines if section else []:
        if match := _CONTAINER.match(line):
            found.append((match[1], []))
        elif found:
            found[-1][1].append(line)
    return found


def _container(name: str, lines: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    spec: dict[str, Any] = {"name": name}
    state: dict[str, Any] = {"name": name, "state": {}, "lastState": {}, "ready": False, "restartCount": 0}
    path: list[tuple[int, str]] = []
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            continue
        depth, key, value = len(match[1]), match[2].strip(), (match[3] or "").strip()
        while path and path[-1][0] >= depth:
            path.pop()
        above = path[-1][1] if path else ""
        path.append((depth, key))
        if key in ("State", "Last State"):
            state[_field(key)] = {value.lower(): {}} if value else {}
        elif above in ("State", "Last State"):
            _state(state[_field(above)], key, value)
        elif key == "Ready":
            state["ready"] = value == "True"
        elif key == "Restart Count" and value.isascii() and value.isdigit():
            state["restartCount"] = int(value[:9])
        elif key == "Image":
            spec["image"] = value
        elif above in ("Limits", "Requests"):
            spec.setdefault("resources", {}).setdefault(above.lower(), {})[key] = value
        elif key in ("Liveness", "Readiness", "Startup"):
            told = {f"{what}Seconds": int(n) for what, n in _DELAY.findall(value)}
            spec[f"{key.lower()}Probe"] = told
    return spec, state


def _field(key: str) -> str:
    return "lastState" if key == "Last State" else "state"


def _state(state: dict[str, Any], key: str, value: str) -> None:
    """One line under ``State:``, in the API's name and type."""
    for told in state.values():
        match key:
            case "Reason" | "Message":
                told[key.lower()] = value
            case "Exit Code" if value.lstrip("-").isdigit():
                told["exitCode"] = int(value[:9])
            case "Started":
                told["startedAt"] = _date(value)
            case "Finished":
                told["finishedAt"] = _date(value)


def _replicas(item: dict[str, Any], text: str) -> None:
    """``"2 desired | 1 updated | 3 total | 1 available | 2 unavailable"``, ``"1 current / 2 desired"``."""
    told = {word: int(n) for n, word in re.findall(r"(\d{1,9}) (desired|updated|total|available|current)", text)}
    if "desired" in told:
        item["spec"]["replicas"] = told["desired"]
    if "available" in told:
        item["status"]["readyReplicas"] = told["available"]
    elif "desired" in told:
        # A replica set tells how many there are, not how many are ready.
        item["spec"].pop("replicas")


def _service(item: dict[str, Any], sections: Mapping[str, _Section]) -> None:
    selector = dict(pair.split("=", 1) for pair in _value(sections, "Selector").split(",") if "=" in pair)
    item["spec"] = {"selector": selector, "type": _value(sections, "Type")}
    if target := _value(sections, "TargetPort").partition("/")[0]:
        item["spec"]["ports"] = [{"targetPort": int(target[:6]) if target.isascii() and target.isdigit() else target}]


def _endpoints(item: Mapping[str, Any], sections: Mapping[str, _Section]) -> list[dict[str, Any]]:
    """What a Service's description says of who answers."""
    if item["kind"] != "Service":
        return []
    addresses = [{"ip": ip} for ip in re.split(r"[,\s]+", _value(sections, "Endpoints")) if ip]
    subsets = [{"addresses": addresses}] if addresses else []
    return [{"kind": "Endpoints", "metadata": item["metadata"], "subsets": subsets}]


def _events(
    section: _Section | None, item: Mapping[str, Any], now: datetime | None, first: int
) -> list[dict[str, Any]]:
    about = {"kind": item["kind"], "name": item["metadata"]["name"], "namespace": item["metadata"].get("namespace", "")}
    found = []
    for n, line in enumerate(section.lines if section else [], start=first):
        cells = _GAP.split(line.strip(), maxsplit=4)
        if len(cells) != 5 or cells[0] not in ("Normal", "Warning"):
            continue
        kind, reason, seen, _, message = cells
        found.append(
            {
                "kind": "Event",
                "metadata": {"name": f"pasted-{n}", "namespace": about["namespace"] or "default"},
                "type": kind,
                "reason": reason,
                "message": message,
                "involvedObject": about,
                **times(seen, now),
            }
        )
    return found
