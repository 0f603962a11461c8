"""The API of Kubernetes as plain objects: lists in pages, one object, a patch, a pod's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.http import failure
from aisre_nb.sources.http.client import HttpClient, Params, Reply
from aisre_nb.sources.http.failure import Refused, Understood

_PAGE = 500
_PAGES = 40
_NAMES_ALONE = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

PatchType = Literal[
    "application/merge-patch+json",  # RFC 7386
    "application/json-patch+json",  # RFC 6902
]


@dataclass(frozen=True)
class Kind:
    """A kind of objects, and where its list is."""

    name: str
    group: str
    """``"api/v1"``, ``"apis/apps/v1"``."""
    plural: str
    namespaced: bool = True
    names_alone: bool = False
    """Only metadata are asked for: what a Secret holds never leaves the cluster."""


def _kinds() -> dict[str, Kind]:
    told = {
        "api/v1": "Pod:pods Service:services ConfigMap:configmaps Event:events ServiceAccount:serviceaccounts "
        "PersistentVolumeClaim:persistentvolumeclaims ResourceQuota:resourcequotas LimitRange:limitranges "
        "-Node:nodes -Namespace:namespaces -PersistentVolume:persistentvolumes",
        "apis/apps/v1": "Deployment:deployments ReplicaSet:replicasets StatefulSet:statefulsets DaemonSet:daemonsets "
        "ControllerRevision:controllerrevisions",
        "apis/batch/v1": "Job:jobs CronJob:cronjobs",
        "apis/autoscaling/v2": "HorizontalPodAutoscaler:horizontalpodautoscalers",
        "apis/policy/v1": "PodDisruptionBudget:poddisruptionbudgets",
        "apis/networking.k8s.io/v1": "NetworkPolicy:networkpolicies Ingress:ingresses",
        "apis/discovery.k8s.io/v1": "EndpointSlice:endpointslices",
        "apis/storage.k8s.io/v1": "-StorageClass:storageclasses",
        "apis/cert-manager.io/v1": "Certificate:certificates",
        "apis/metrics.k8s.io/v1beta1": "PodMetrics:pods -NodeMetrics:nodes",
    }
    found = {"Secret": Kind("Secret", "api/v1", "secrets", names_alone=True)}
    for group, words in told.items():
        for word in words.split():
            name, _, plural = word.lstrip("-").partition(":")
            found[name] = Kind(name, group, plural, not word.startswith("-"))
    return found


KINDS: Mapping[str, Kind] = _kinds()


class KubernetesApi:
    """One cluster. Methods raise `SourceUnreachable`, or `ToolError` for what the API server refuses to do."""

    def __init__(self, client: HttpClient, namespace: str, namespaces: Sequence[str] = ()) -> None:
        """``namespace``: the context's own. ``namespaces``: those that are looked at; empty: all."""
        self.client, self.namespace, self.namespaces = client, namespace, tuple(namespaces)

    async def listed(self, kind: Kind, namespace: str = "", params: Params = ()) -> tuple[list[dict[str, Any]], bool]:
        """The objects of one namespace (empty: of all), and whether these are all of them."""
        try:
            return await self._pages(kind, namespace, params)
        except Understood as error:
            # The place where a list goes on is kept for some minutes only.
            if error.status != 410:
                raise
            return await self._pages(kind, namespace, params)

    async def _pages(self, kind: Kind, namespace: str, params: Params) -> tuple[list[dict[str, Any]], bool]:
        found: list[dict[str, Any]] = []
        on = ""
        headers = {"Accept": _NAMES_ALONE} if kind.names_alone else None
        for _ in range(_PAGES):
            more = [*params, ("limit", str(_PAGE)), *([("continue", on)] if on else [])]
            reply = await self._asked("read", path(kind, namespace), more, headers=headers)
            told = await self.client.decoded(reply)
            if not isinstance(told, dict) or not isinstance(told.get("items") or [], list):
                raise failure.of_answer(self.client.access, "answers with no list", "is that a cluster's API?")
            version = kind.group.partition("/")[2]
            # Items of a list have no kind of their own; those of metadata alone have another one.
            known = {"apiVersion": version, "kind": kind.name}
            found += [{**item, **known} for item in told.get("items") or [] if isinstance(item, dict)]
            meta = told.get("metadata")
            before, on = on, str(meta.get("continue") or "") if isinstance(meta, dict) else ""
            if not on:
                return found, True
            if on == before:
                raise failure.of_answer(self.client.access, "goes round in a list without an end")
        return found, False

    async def get(self, kind: Kind, namespace: str, name: str, sub: str = "") -> dict[str, Any]:
        """One object. Raises `Refused` with status 404 where it is not there."""
        reply = await self._asked("read", path(kind, namespace, name, sub))
        told = await self.client.decoded(reply)
        if not isinstance(told, dict):
            raise failure.of_answer(self.client.access, "answers with no object", "is that a cluster's API?")
        return told

    async def patch(
        self, kind: Kind, namespace: str, name: str, body: Any, how: PatchType, sub: str = ""
    ) -> dict[str, Any]:
        """Change one object; what it is then. A ``metadata.resourceVersion`` in it must be the present one (409)."""
        where = path(kind, namespace, name, sub)
        told = await self._asked("write", "PATCH", where, body, {"Content-Type": how})
        return told if isinstance(told, dict) else {}

    async def post(self, where: str, body: Any) -> dict[str, Any]:
        """Make something: an eviction."""
        told = await self._asked("write", "POST", where, body)
        return told if isinstance(told, dict) else {}

    async def review(self, what: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Ask what the account may do: ``selfsubjectrulesreviews``. It is posted, and changes nothing."""
        kind = {"selfsubjectrulesreviews": "SelfSubjectRulesReview"}[what]
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": dict(spec)}
        told = await self.client.decoded(await self._asked("read", f"/apis/authorization.k8s.io/v1/{what}", body=body))
        return told if isinstance(told, dict) else {}

    async def log(self, namespace: str, pod: str, params: Params) -> str:
        """A container's log. Raises `Understood` with status 400 where it has none."""
        reply = await self._asked("read", path(KINDS["Pod"], namespace, pod, "log"), params, headers={"Accept": "*/*"})
        return str(reply.body, "utf-8", "replace")

    async def version(self) -> str:
        """``"v1.33.1"``."""
        told: Any = await self.client.decoded(await self._asked("read", "/version"))
        return str(told.get("gitVersion") or "")[:40] if isinstance(told, dict) else ""

    async def spaces(self) -> tuple[str, ...]:
        """Where is looked: the configured ones, or ``("",)`` for all, where the account may list them so."""
        if self.namespaces:
            return self.namespaces
        try:
            await self._asked("read", path(KINDS["Pod"], ""), [("limit", "1")])
        except Refused as error:
            if error.status != 403:
                raise
            return (self.namespace,)
        return ("",)

    async def _asked(self, method: str, *arguments: Any, **more: Any) -> Any:
        from lightkube.core.exceptions import ConfigError

        try:
            found: Reply | Any = await getattr(self.client, method)(*arguments, **more)
        # What the program said may hold what it was to keep.
        except (ConfigError, KeyError):
            raise SourceUnreachable(
                f"{self.client.access.name}: the program or file that kubeconfig names for credentials gave none",
                "see whether kubectl get pods works",
            ) from None
        return found


def path(kind: Kind, namespace: str, name: str = "", sub: str = "") -> str:
    """Where it is."""
    parts = ["", kind.group, *(["namespaces", _safe(namespace)] if namespace and kind.namespaced else []), kind.plural]
    return "/".join([*parts, *([_safe(name)] if name else []), *([sub] if sub else [])])


def _safe(text: str) -> str:
    return quote(text, safe=":") if text not in (".", "..") else "%2E"
