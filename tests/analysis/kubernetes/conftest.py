"""Objects of Kubernetes in few words, and what is found in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import find
from aisre_nb.analysis.kubernetes.finding import Finding
from aisre_nb.times import rfc3339

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> str:
    """So many minutes before now, as the API writes it."""
    return rfc3339(NOW - timedelta(minutes=minutes))


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """``more`` laid over ``base``, object by object."""
    found = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], value) if both else value
    return found


class Make:
    """Builds objects that are well; what is given is laid over them."""

    now = NOW
    ago = staticmethod(ago)

    def any(self, kind: str, name: str, **more: Any) -> dict[str, Any]:
        space = {} if kind in ("Node", "Namespace") else {"namespace": "shop"}
        return merged({"kind": kind, "metadata": {"name": name, "creationTimestamp": ago(6000), **space}}, more)

    def pod(self, name: str = "web-7d9c5b8f6d-x2x4z", container: Any = None, has: Any = None, **more: Any) -> Any:
        """A ready pod of the Deployment ``web`` on ``node-1``; ``container``: what its status
        says, ``has``: what its spec has."""
        workload = name.split("-")[0]
        running = {"name": workload, "ready": True, "restartCount": 0, "state": {"running": {"startedAt": ago(60)}}}
        one = {"name": workload, "image": f"reg/{workload}:1", **(has or {})}
        owner = {"kind": "ReplicaSet", "name": name.rpartition("-")[0], "controller": True}
        base = self.any(
            "Pod", name,
            metadata={"labels": {"app": workload}, "ownerReferences": [owner], "creationTimestamp": ago(60)},
            spec={"nodeName": "node-1", "containers": [one]},
            status={"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
                    "containerStatuses": [running if container is None else {**running, **container}]},
        )  # fmt: skip
        ready = base["status"]["containerStatuses"][0]["ready"]
        base["status"]["conditions"][0]["status"] = str(ready)
        return merged(base, more)

    def waiting(self, reason: str, message: str = "", **more: Any) -> dict[str, Any]:
        """A container's status."""
        return {"ready": False, "state": {"waiting": {"reason": reason, "message": message}}, **more}

    def ended(self, reason: str, code: int, minutes: float = 5, **more: Any) -> dict[str, Any]:
        """A container that was begun again after it ended."""
        told = {"terminated": {"reason": reason, "exitCode": code, "finishedAt": ago(minutes)}}
        return {"lastState": told, "restartCount": 3, **more}

    def deployment(self, name: str = "web", replicas: int = 1, ready: int = 1, **more: Any) -> Any:
        template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": name}]}}
        return merged(
            self.any("Deployment", name, spec={"replicas": replicas, "template": template},
                     status={"replicas": replicas, "readyReplicas": ready}),
            more,
        )  # fmt: skip

    def replica_set(self, name: str, revision: int, containers: list[Any], minutes: float = 60) -> Any:
        return self.any(
            "ReplicaSet", name,
            metadata={
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
                "ownerReferences": [{"kind": "Deployment", "name": name.rpartition("-")[0]}],
                "creationTimestamp": ago(minutes),
            },
            spec={"template": {"spec": {"containers": containers}}},
        )  # fmt: skip

    def service(self, name: str = "web", **more: Any) -> Any:
        return merged(self.any("Service", name, spec={"selector": {"app": name}, "ports": [{"port": 80}]}), more)

    def node(self, name: str = "node-1", ready: str = "True", cpu: str = "4", **more: Any) -> Any:
        conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": ago(30)}]
        return merged(
            self.any("Node", name, status={"conditions": conditions, "allocatable": {"cpu": cpu, "memory": "8Gi"}}),
            more,
        )

    def event(self, reason: str, message: str, about: str = "Pod/web-7d9c5b8f6d-x2x4z", **more: Any) -> Any:
        kind, _, name = about.partition("/")
        whom = {"kind": kind, "name": name, "namespace": "shop"}
        base = self.any(
            "Event", f"e{abs(hash((reason, message, about))):x}", type="Warning", reason=reason, message=message,
            involvedObject=whom, count=5, firstTimestamp=ago(20), lastTimestamp=ago(2),
        )  # fmt: skip
        return merged(base, more)


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def found() -> Callable[..., list[Finding]]:
    """All findings among some objects."""
    return lambda *items, calls=(), complete=True: find(cluster(list(items), NOW, complete=complete), calls)


@pytest.fixture
def only(found: Callable[..., list[Finding]]) -> Callable[..., Finding]:
    """The one finding of a kind."""

    def one(kind: str, *items: Any, **more: Any) -> Finding:
        kinds = [f for f in found(*items, **more) if f.kind == kind]
        assert len(kinds) == 1, [f.key for f in found(*items, **more)]
        return kinds[0]

    return one
