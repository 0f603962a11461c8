"""The cluster as the API server of Kubernetes answers, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aisre_nb.sandbox.serve.kubernetes_table import shaped
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.web import Answer, BadRequest, Params, Route, Site, one

_KINDS = {
    ("v1", "namespaces"): "Namespace", ("v1", "nodes"): "Node", ("v1", "pods"): "Pod", ("v1", "services"): "Service",
    ("v1", "configmaps"): "ConfigMap", ("v1", "secrets"): "Secret", ("v1", "events"): "Event",
    ("v1", "resourcequotas"): "ResourceQuota", ("apps/v1", "deployments"): "Deployment",
    ("apps/v1", "replicasets"): "ReplicaSet", ("batch/v1", "cronjobs"): "CronJob", ("batch/v1", "jobs"): "Job",
    ("autoscaling/v2", "horizontalpodautoscalers"): "HorizontalPodAutoscaler",
}  # fmt: skip
"""Group and version, plural: the kind."""
_CLUSTER = ("namespaces", "nodes")


class Kubernetes:
    """Answers from ``kubernetes.json``, and a pod's log from ``otel_logs``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def site(self) -> Site:
        """Its routes."""
        group = r"/(?:api|apis)/(v1|apps/v1|batch/v1|autoscaling/v2)"
        groups = [{"name": g, "versions": [{"groupVersion": f"{g}/{v}", "version": v}]} for g, v in _groups()]
        routes: list[Route] = [
            (
                "/version",
                lambda params: Answer(
                    {"major": "1", "minor": "33", "gitVersion": "v1.33.1", "platform": "linux/amd64"}
                ),
            ),
            ("/api", lambda params: Answer({"kind": "APIVersions", "versions": ["v1"]})),
            ("/apis", lambda params: Answer({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})),
            ("/(?:healthz|livez|readyz)", lambda params: Answer("ok", content_type="text/plain")),
            (group, self._resources),
            (rf"{group}/namespaces/([^/]+)/pods/([^/]+)/log", self._log),
            (
                rf"{group}/namespaces/([^/]+)/([a-z]+)",
                lambda params, version, space, plural: self._list(params, version, plural, space),
            ),
            (
                rf"{group}/namespaces/([^/]+)/([a-z]+)/([^/]+)",
                lambda params, version, space, plural, name: self._get(version, plural, name, space),
            ),
            (rf"{group}/([a-z]+)", lambda params, version, plural: self._list(params, version, plural)),
            (rf"{group}/([a-z]+)/([^/]+)", lambda params, version, plural, name: self._get(version, plural, name)),
        ]
        return Site(routes, problem=_status, shaped=shaped)

    def _items(self, version: str, plural: str, space: str) -> list[dict[str, Any]]:
        kind = _KINDS.get((version, plural))
        if kind is None:
            raise BadRequest(f"the server could not find the requested resource {plural} in {version}")
        found = [item for item in self._tables.json("kubernetes.json")["items"] if item["kind"] == kind]
        return [item for item in found if not space or item["metadata"].get("namespace") == space]

    def _list(self, params: Params, version: str, plural: str, space: str = "") -> Answer:
        items = [item for item in self._items(version, plural, space) if _fits(item, params)]
        limit, begin = int(one(params, "limit", "0")), int(one(params, "continue", "0"))
        page = items[begin : begin + limit] if limit else items[begin:]
        metadata: dict[str, Any] = {"resourceVersion": "1"}
        if limit and begin + limit < len(items):
            metadata |= {"continue": str(begin + limit), "remainingItemCount": len(items) - begin - limit}
        return Answer(
            {"kind": f"{_KINDS[version, plural]}List", "apiVersion": version, "metadata": metadata, "items": page}
        )

    def _get(self, version: str, plural: str, name: str, space: str = "") -> Answer:
        for item in self._items(version, plural, space):
            if item["metadata"]["name"] == name:
                return Answer(item)
        return _status(f'{plural} "{name}" not found', 404)

    def _log(self, params: Params, version: str, space: str, pod: str) -> Answer:
        if not any(item["metadata"]["name"] == pod for item in self._items("v1", "pods", space)):
            return _status(f'pods "{pod}" not found', 404)
        since = self._tables.start
        if one(params, "sinceSeconds"):
            since = self._tables.now - timedelta(seconds=int(one(params, "sinceSeconds")))
        rows = self._tables.rows(
            """SELECT strftime(Timestamp, '%Y-%m-%dT%H:%M:%S.%fZ') AS at, Body,
                      LogAttributes['exception.stacktrace'] AS stack
               FROM {otel_logs} WHERE ResourceAttributes['k8s.pod.name'] = $pod AND Timestamp >= $since
               ORDER BY Timestamp""",
            {"pod": pod, "since": since},
        )
        last = int(one(params, "tailLines", "0"))
        stamps = one(params, "timestamps") == "true"
        lines = [
            (f"{row['at']} " if stamps else "") + row["Body"] + (f"\n{row['stack']}" if row["stack"] else "")
            for row in rows
        ]
        return Answer("\n".join(lines[-last:] if last else lines) + "\n", content_type="text/plain")

    def _resources(self, params: Params, version: str) -> Answer:
        found = [
            {"name": plural, "kind": kind, "namespaced": plural not in _CLUSTER, "verbs": ["get", "list"]}
            for (known, plural), kind in _KINDS.items() if known == version
        ]  # fmt: skip
        return Answer({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": found})


def _groups() -> Sequence[tuple[str, str]]:
    return [("apps", "v1"), ("batch", "v1"), ("autoscaling", "v2")]


def _fits(item: dict[str, Any], params: Params) -> bool:
    labels = item["metadata"].get("labels", {})
    for condition in filter(None, one(params, "labelSelector").split(",")):
        key, separator, value = condition.partition("!=") if "!=" in condition else condition.partition("=")
        if not separator:
            if key.strip() not in labels:
                return False
        elif (labels.get(key.strip()) == value.lstrip("=").strip()) == (separator == "!="):
            return False
    for condition in filter(None, one(params, "fieldSelector").split(",")):
        key, separator, value = condition.partition("!=") if "!=" in condition else condition.partition("=")
        found: Any = item
        for part in key.strip().split("."):
            found = found.get(part, "") if isinstance(found, dict) else ""
        if (str(found) == value.lstrip("=").strip()) == (separator == "!="):
            return False
    return True


def _status(text: str, code: int) -> Answer:
    reasons = {400: "BadRequest", 404: "NotFound", 405: "MethodNotAllowed"}
    told = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": text}
    return Answer(told | {"reason": reasons.get(code, ""), "code": code}, code)
