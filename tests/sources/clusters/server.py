"""The API server of Kubernetes as its contract has it: pages, optimistic locking, patches, rights, logs of pods."""

from __future__ import annotations

import copy
import json
import re
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "tigerlily.service.account.token"
PLURALS = {
    "Pod": ("v1", "pods"), "Service": ("v1", "services"), "ConfigMap": ("v1", "configmaps"), "Event": ("v1", "events"),
    "Secret": ("v1", "secrets"), "Node": ("v1", "nodes"), "Namespace": ("v1", "namespaces"),
    "ResourceQuota": ("v1", "resourcequotas"), "Deployment": ("apps/v1", "deployments"),
    "ReplicaSet": ("apps/v1", "replicasets"), "StatefulSet": ("apps/v1", "statefulsets"),
    "DaemonSet": ("apps/v1", "daemonsets"), "ControllerRevision": ("apps/v1", "controllerrevisions"),
    "CronJob": ("batch/v1", "cronjobs"), "Job": ("batch/v1", "jobs"),
    "HorizontalPodAutoscaler": ("autoscaling/v2", "horizontalpodautoscalers"),
    "PodMetrics": ("metrics.k8s.io/v1beta1", "pods"), "NodeMetrics": ("metrics.k8s.io/v1beta1", "nodes"),
}  # fmt: skip
_PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+/[^/]+))(?:/namespaces/(?P<space>[^/]+)(?=/[a-z]))?/(?P<plural>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<sub>[a-z]+))?"
)
_CLUSTER_WIDE = ("Node", "Namespace", "NodeMetrics")


class Refusal(Exception):
    """A Status that is a failure."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.told = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
                     "reason": reason, "code": code}  # fmt: skip
        self.code = code


class KubernetesServer:
    """Keeps objects. ``denied``: verb and resource that the account may not, as ``"list secrets"``."""

    def __init__(self, items: list[dict[str, Any]], context: ssl.SSLContext | None = None) -> None:
        self.version = 1000
        self.items: list[dict[str, Any]] = []
        self.logs: dict[tuple[str, str, bool], str] = {}
        """By pod, container and whether it is the one before."""
        self.denied: set[str] = set()
        self.protected: set[str] = set()
        """Pods that their disruption budget keeps."""
        self.expire = False
        """The next place where a list goes on is gone."""
        self.before_patch = lambda: None
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        for n, item in enumerate(items):
            self.add(item, f"uid-{n}")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        if context is not None:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
            # A handshake that a test means to fail is no news.
            self._http.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def add(self, item: Mapping[str, Any], uid: str = "uid-new") -> dict[str, Any]:
        self.version += 1
        made = copy.deepcopy(dict(item))
        made["metadata"] = {"uid": uid, "generation": 1, **made["metadata"], "resourceVersion": str(self.version)}
        self.items.append(made)
        return made

    def one(self, kind: str, name: str) -> dict[str, Any]:
        return next(i for i in self.items if (i["kind"], i["metadata"]["name"]) == (kind, name))

    def touch(self, kind: str, name: str) -> None:
        """Its status is written: another resource version, the same spec."""
        self.version += 1
        self.one(kind, name)["metadata"]["resourceVersion"] = str(self.version)

    def writes(self) -> list[tuple[str, str]]:
        return [(m, p) for m, p, _, _ in self.asked if m != "GET" and "review" not in p]

    def answer(self, method: str, where: str, params: dict[str, str], headers: Mapping[str, str], body: Any) -> Any:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "Unauthorized", "Unauthorized")
        if where == "/version":
            return {"major": "1", "minor": "33", "gitVersion": "v1.33.1"}
        if where == "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" and method == "POST":
            return self._rules(body)
        match = _PATH.fullmatch(where)
        kind = next(
            (k for k, v in PLURALS.items() if match and v == (match["core"] or match["group"], match["plural"])), ""
        )
        if match is None or not kind:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        space, name, sub = match["space"] or "", unquote(match["name"] or ""), match["sub"] or ""
        verb = {"PATCH": "patch", "POST": "create"}.get(method, "get" if name else "list")
        resource = match["plural"] + (f"/{sub}" if sub else "")
        if f"{verb} {resource}" in self.denied or (not space and f"{verb} {resource} everywhere" in self.denied):
            who = "system:serviceaccount:sre:aisre"
            raise Refusal(
                403, "Forbidden", f'{resource} is forbidden: User "{who}" cannot {verb} resource "{resource}"'
            )
        if not name:
            return self._list(kind, match["core"] or match["group"], space, params, headers)
        found = next((i for i in self.items if i["kind"] == kind and i["metadata"]["name"] == name
                      and i["metadata"].get("namespace", "") == space), None)  # fmt: skip
        if found is None:
            raise Refusal(404, "NotFound", f'{match["plural"]} "{name}" not found')
        if sub == "log":
            return self._log(found, params)
        if sub == "eviction":
            return self._evict(found, body)
        if method == "PATCH":
            return self._patch(found, body, headers["Content-Type"], sub)
        return self._scale(found) if sub == "scale" else found

    def _list(self, kind: str, version: str, space: str, params: dict[str, str], headers: Mapping[str, str]) -> Any:
        found = [i for i in self.items if i["kind"] == kind and space in ("", i["metadata"].get("namespace", ""))]
        for condition in filter(None, params.get("fieldSelector", "").split(",")):
            path, _, value = condition.partition("=")
            found = [i for i in found if str(_under(i, path)) == value]
        limit, begin = int(params.get("limit", "0")), int(params.get("continue", "0"))
        if begin and self.expire:
            self.expire = False
            raise Refusal(410, "Expired", "The provided continue parameter is too old")
        page = found[begin : begin + limit] if limit else found[begin:]
        # Items of a list have neither kind nor version of their own.
        told = [{k: v for k, v in item.items() if k not in ("kind", "apiVersion")} for item in page]
        listed = f"{kind}List"
        if "PartialObjectMetadataList" in headers.get("Accept", ""):
            listed = "PartialObjectMetadataList"
            told = [{"kind": "PartialObjectMetadata", "metadata": item["metadata"]} for item in page]
        metadata: dict[str, Any] = {"resourceVersion": str(self.version)}
        if limit and begin + limit < len(found):
            metadata["continue"] = str(begin + limit)
        return {"kind": listed, "apiVersion": version, "metadata": metadata, "items": told}

    def _scale(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": item["metadata"],
                "spec": {"replicas": item["spec"].get("replicas", 1)}}  # fmt: skip

    def _patch(self, item: dict[str, Any], body: Any, how: str, sub: str) -> Any:
        self.before_patch()
        before = item["metadata"]["resourceVersion"]
        made = copy.deepcopy(self._scale(item) if sub == "scale" else item)
        if how == "application/merge-patch+json":
            made = _merged(made, body)
        elif how == "application/json-patch+json":
            for step in body:
                *above, last = step["path"].strip("/").split("/")
                _under(made, ".".join(above))[last] = step["value"]
        else:
            raise Refusal(415, "UnsupportedMediaType", f"the body of the request was in an unknown format: {how}")
        if made["metadata"].get("resourceVersion") != before:
            name = item["metadata"]["name"]
            raise Refusal(409, "Conflict", f'Operation cannot be fulfilled on "{name}": the object has been modified')
        if sub == "scale":
            item["spec"]["replicas"] = made["spec"]["replicas"]
        else:
            item.clear()
            item.update(made)
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        item["metadata"]["generation"] += 1
        return item

    def _evict(self, pod: dict[str, Any], body: Any) -> Any:
        assert body["kind"] == "Eviction"
        if pod["metadata"]["name"] in self.protected:
            raise Refusal(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
        self.items.remove(pod)
        return {"kind": "Status", "status": "Success"}

    def _log(self, pod: dict[str, Any], params: dict[str, str]) -> bytes:
        names = [c["name"] for c in pod["spec"]["containers"]]
        if "container" not in params and len(names) > 1:
            raise Refusal(400, "BadRequest", f"a container name must be specified, choose one of: {names}")
        key = (pod["metadata"]["name"], params.get("container", names[0]), params.get("previous") == "true")
        if key not in self.logs:
            what = "previous terminated container" if key[2] else "container"
            raise Refusal(400, "BadRequest", f'{what} "{key[1]}" in pod "{key[0]}" not found')
        lines = [line for line in self.logs[key].splitlines() if line.split(" ")[0] >= params.get("sinceTime", "")]
        lines = lines[-int(params.get("tailLines", "1000000")) :]
        if params.get("timestamps") != "true":
            lines = [line.partition(" ")[2] for line in lines]
        return "".join(f"{line}\n" for line in lines).encode()[: int(params.get("limitBytes", "100000000"))]

    def _rules(self, body: Any) -> Any:
        assert body["kind"] == "SelfSubjectRulesReview" and body["spec"]["namespace"]
        rules = []
        for version, plural in PLURALS.values():
            group = version.partition("/")[0] if "/" in version else ""
            for verb, sub in (("list", ""), ("get", ""), ("patch", ""), ("patch", "/scale"), ("get", "/log")):
                if f"{verb} {plural}{sub}" not in self.denied:
                    rules.append({"verbs": [verb], "apiGroups": [group], "resources": [f"{plural}{sub}"]})
        return {"kind": "SelfSubjectRulesReview", "status": {"resourceRules": rules, "incomplete": False}}


def _merged(old: Any, new: Any) -> Any:
    """RFC 7386."""
    if not isinstance(new, dict):
        return new
    found = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _merged(found.get(key), value)
    return found


def _under(item: Any, path: str) -> Any:
    for part in path.split("."):
        item = item.get(part, {})
    return item


def _handler(server: KubernetesServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts, headers = urlsplit(self.path), dict(self.headers.items())
            params = {name: values[0] for name, values in parse_qs(parts.query, True).items()}
            body = json.loads(raw) if raw else None
            server.asked.append((self.command, parts.path, params, body))
            status = 201 if self.command == "POST" else 200
            try:
                told = server.answer(self.command, parts.path, params, headers, body)
            except Refusal as refusal:
                status, told = refusal.code, refusal.told
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(told, bytes) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PATCH = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
