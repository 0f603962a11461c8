from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aisre_nb.sources.kinds import Place, checked
from aisre_nb.sources.offer import Offer

from .server import TOKEN, KubernetesServer


def template(service: str, version: str, **more: Any) -> dict[str, Any]:
    """A pod template."""
    container = {"name": service, "image": f"registry.shop.example/{service}:{version}", **more}
    return {"metadata": {"labels": {"app": service}}, "spec": {"containers": [container]}}


def deployment(service: str, version: str, **more: Any) -> dict[str, Any]:
    """A Deployment of three pods, at its second revision."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": service, "namespace": "shop", "labels": {"app": service},
            "annotations": {"deployment.kubernetes.io/revision": "2"},
        },
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": service}}, "template": template(service, version)},
        **more,
    }  # fmt: skip


def replica_set(service: str, number: int, made: str, pods: dict[str, Any], **notes: str) -> dict[str, Any]:
    """One revision."""
    labels = {"app": service, "pod-template-hash": f"b{number}"}
    named = {**pods, "metadata": {**pods["metadata"], "labels": labels}}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{service}-b{number}", "namespace": "shop", "labels": labels, "creationTimestamp": made,
            "annotations": {"deployment.kubernetes.io/revision": str(number), **notes},
            "ownerReferences": [{"kind": "Deployment", "name": service, "controller": True}],
        },
        "spec": {"replicas": 3, "template": named},
    }  # fmt: skip


def pod(name: str, service: str, **more: Any) -> dict[str, Any]:
    """A pod of the newest replica set that runs."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name, "namespace": "shop", "labels": {"app": service},
            "ownerReferences": [{"kind": "ReplicaSet", "name": f"{service}-b2", "controller": True}],
        },
        "spec": {"nodeName": "node-1", **template(service, "0.2.0")["spec"]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": service, "restartCount": 0, "state": {"running": {}}}],
        },
        **more,
    }  # fmt: skip


def items() -> list[dict[str, Any]]:
    """``shelf`` went from 0.1.0 to 0.2.0 at 10:00."""
    return [
        {"kind": "Namespace", "metadata": {"name": "shop"}},
        {"kind": "Node", "metadata": {"name": "node-1"}, "spec": {"podCIDR": "10.0.0.0/24"},
         "status": {"allocatable": {"cpu": "4", "memory": "8Gi"}}},
        deployment("shelf", "0.2.0"),
        replica_set("shelf", 1, "2026-11-23T08:00:00Z", template("shelf", "0.1.0")),
        replica_set("shelf", 2, "2026-11-23T10:00:00Z", template("shelf", "0.2.0"),
                    **{"kubernetes.io/change-cause": "Deploy shelf 0.2.0"}),
        *(pod(f"shelf-b2-{n}", "shelf") for n in ("aaaaa", "bbbbb", "ccccc")),
        {"kind": "Secret", "type": "Opaque", "metadata": {"name": "db", "namespace": "shop"},
         "data": {"password": "dGlnZXItbGlseS05OQ=="}},
    ]  # fmt: skip


@pytest.fixture
def server() -> Iterator[KubernetesServer]:
    made = KubernetesServer(items())
    yield made
    made.close()


def kubeconfig(path: Path, url: str, user: dict[str, Any]) -> Path:
    """A file as kubectl reads it."""
    told = {
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop"}},
                     {"name": "broken", "context": {"cluster": "gone", "user": "u"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(told))
    return path


_MADE: list[Offer] = []


def made(url: str, folder: Path, environ: dict[str, str] | None = None, **more: Any) -> Offer:
    """The source that such a configuration gives."""
    if environ is None:
        environ = {"KUBECONFIG": str(kubeconfig(folder / "kubeconfig", url, {"token": TOKEN}))}
    found = checked("prod", {"type": "kubernetes", **more}, Place(folder, environ))()
    _MADE.append(found)
    return found


@pytest.fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    """No test leaves a connection behind."""
    yield
    while _MADE:
        await _MADE.pop().source.close()


@pytest.fixture
def offer(server: KubernetesServer, tmp_path: Path) -> Offer:
    pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")
    return made(server.url, tmp_path)
