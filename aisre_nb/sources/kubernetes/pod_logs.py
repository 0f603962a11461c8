"""Logs of a service's pods, and of containers that ended, as the kubelet still has them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.reading import Object, at, number, rows, texts, time, word
from aisre_nb.errors import AisreError, UsageError
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.kubernetes.api import KubernetesApi
from aisre_nb.sources.manifests import same_service
from aisre_nb.times import Window, instant, rfc3339

COLUMNS = ["time", "service", "severity", "body", "trace_id", "span_id", "attributes"]
_LOGS = 30
"""Containers that are asked."""
_BYTES = 4_000_000
"""Of one container."""
_LEVEL = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRITICAL|FATAL|PANIC)\b|^([IWEF])\d{4} \d\d:", re.ASCII
)
_KLOG = {"I": "info", "W": "warn", "E": "error", "F": "fatal"}
_TRACE = re.compile(r"\btrace_?id[\"']?\s*[=:]\s*[\"']?([0-9a-f]{32})\b", re.IGNORECASE)
_SPAN = re.compile(r"\bspan_?id[\"']?\s*[=:]\s*[\"']?([0-9a-f]{16})\b", re.IGNORECASE)
_BODY = ("msg", "message", "body", "event", "log")
_SEVERITY = ("level", "severity", "severity_text", "lvl")


@dataclass(frozen=True)
class _Container:
    space: str
    pod: str
    name: str
    previous: bool


async def records(
    api: KubernetesApi, state: Cluster, service: str, window: Window, limit: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of `LogSource.logs`, oldest first and not yet filtered, and notes."""
    pods = [p for p in state.every("Pod") if same_service(state.service(ref(p)), service)]
    asked = [c for pod in pods for c in _containers(pod, window)]
    notes = [f"{len(asked) - _LOGS} more containers were not asked"] if len(asked) > _LOGS else []
    found = await gathered(_one(api, container, window, limit, service) for container in asked[:_LOGS])
    for _, problem in found:
        notes += [problem] if problem and len(notes) < 6 else []
    # The pods' own clocks, line by line: as near to their order as there is.
    merged = sorted((row for those, _ in found for row in those), key=lambda row: row["time"])
    return merged, notes


def _containers(pod: Object, window: Window) -> list[_Container]:
    space, name = word(pod, "metadata", "namespace"), word(pod, "metadata", "name")
    found = []
    for status in [*rows(pod, "status", "initContainerStatuses"), *rows(pod, "status", "containerStatuses")]:
        container = word(status, "name")
        ended = time(status, "lastState", "terminated", "finishedAt")
        if (number(status, "restartCount") or 0) and (ended is None or ended >= window.start):
            found.append(_Container(space, name, container, True))
        if at(status, "state", "waiting") is None:
            found.append(_Container(space, name, container, False))
    return found


async def _one(
    api: KubernetesApi, container: _Container, window: Window, limit: int, service: str
) -> tuple[list[dict[str, Any]], str]:
    params = [
        ("container", container.name), ("timestamps", "true"), ("sinceTime", rfc3339(window.start)),
        ("tailLines", str(limit)), ("limitBytes", str(_BYTES)),
    ]  # fmt: skip
    params += [("previous", "true")] if container.previous else []
    try:
        text = await api.log(container.space, container.pod, params)
    except AisreError as error:
        # What ended may be gone by now, and a pod that was just listed as well.
        return [], "" if container.previous else f"{container.pod}: {error.message}"
    told = {"k8s.namespace.name": container.space, "k8s.pod.name": container.pod, "k8s.container.name": container.name}
    if container.previous:
        told["k8s.container.previous"] = "true"
    rows_ = [row for row in parsed(text, service, told) if window.start <= row["time"] < window.end]
    cut = len(text) >= _BYTES or text.count("\n") >= limit
    return rows_, f"{container.pod}: its log is longer than was asked for" if cut else ""


def parsed(text: str, service: str, told: Mapping[str, str]) -> list[dict[str, Any]]:
    """Records of a log whose lines begin with a time (RFC 3339); a stack trace is one with what came before it."""
    found: list[dict[str, Any]] = []
    inside = False
    for line in text.splitlines():
        stamp, _, body = line.partition(" ")
        when = _instant(stamp)
        if when is None:
            continue
        trace = body.startswith("Traceback (most recent call last)")
        follows = body[:1] in (" ", "\t") or body.startswith(("Caused by:", "\tat ")) or trace or inside
        # The line that ends a Python stack trace stands at the margin, like its first.
        inside = trace or (inside and body[:1] in (" ", "\t"))
        if follows and found and found[-1]["time"] is not None:
            found[-1]["body"] += f"\n{body}"
            continue
        found.append(_record(when, body, service, told))
    return found


def _instant(text: str) -> datetime | None:
    try:
        return instant(text)
    except UsageError:
        return None


def _record(when: datetime, body: str, service: str, told: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, str] = {}
    if body.startswith("{"):
        try:
            fields = texts({"": json.loads(body)}, "")
        except (ValueError, RecursionError):
            fields = {}
    text = next((fields[key] for key in _BODY if fields.get(key)), body)
    level = next((fields[key] for key in _SEVERITY if fields.get(key)), "")
    match = None if level else _LEVEL.search(body[:200])
    if match:
        level = _KLOG.get(match[2] or "", "") or match[1]
    trace, span = _TRACE.search(body), _SPAN.search(body)
    rest = {key: value for key, value in fields.items() if key not in (*_BODY, *_SEVERITY)}
    return {
        "time": when,
        "service": service,
        "severity": level,
        "body": text,
        "trace_id": trace[1].lower() if trace else "",
        "span_id": span[1].lower() if span else "",
        "attributes": {**rest, **told},
    }
