"""A list of objects as the table that clients of Kubernetes ask for when they print it."""

from __future__ import annotations

from typing import Any

from aisre_nb.sandbox.serve.web import Answer

_COLUMNS = ("Name", "Ready", "Status", "Restarts", "Created At")


def shaped(answer: Answer, accept: str) -> Answer:
    """The answer as a ``Table`` of ``meta.k8s.io/v1`` where that is asked for and it is a list."""
    body = answer.body
    items = body.get("items") if isinstance(body, dict) else None
    if "as=Table" not in accept or not isinstance(items, list):
        return answer
    columns = [
        {"name": name, "type": "string", "format": "name" if name == "Name" else "", "description": "", "priority": 0}
        for name in _COLUMNS
    ]
    rows = [{"cells": _cells(item), "object": _partial(item)} for item in items]
    told = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": body["metadata"]}
    return Answer(told | {"columnDefinitions": columns, "rows": rows}, answer.status)


def _partial(item: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]}


def _cells(item: dict[str, Any]) -> list[str]:
    metadata, status = item["metadata"], item.get("status") or {}
    containers = status.get("containerStatuses") or []
    ready = f"{sum(bool(c.get('ready')) for c in containers)}/{len(containers)}" if containers else ""
    if not containers and "replicas" in (item.get("spec") or {}):
        ready = f"{status.get('readyReplicas', 0)}/{item['spec']['replicas']}"
    restarts = str(sum(int(c.get("restartCount", 0)) for c in containers)) if containers else ""
    return [metadata["name"], ready, str(status.get("phase", "")), restarts, metadata.get("creationTimestamp", "")]
