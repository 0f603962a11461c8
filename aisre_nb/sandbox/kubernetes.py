"""The cluster as the API of Kubernetes would list it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.engine.pods import FOREVER, Pod
from aisre_nb.sandbox.services import Service
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    from aisre_nb.sandbox.simulation import Simulation

_GONE = 1800
"""Seconds for which replica sets of old revisions, and events, are kept beside what runs."""


def objects(sim: Simulation) -> dict[str, Any]:
    """A list of objects, as ``kubectl get -o json`` prints one."""
    cluster = _Objects(sim)
    return {"apiVersion": "v1", "kind": "List", "items": list(cluster.every())}


class _Objects:
    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._cluster = sim.engine.cluster
        self._now = float(sim.now)

    def every(self) -> Iterator[dict[str, Any]]:
        yield self._object("v1", "Namespace", "shop", namespaced=False, status={"phase": "Active"})
        yield from self._nodes()
        for service in self._sim.blueprint.services:
            yield self._deployment(service)
            yield from self._replica_sets(service)
            for pod in self._cluster.pods[service.name]:
                if pod.exists(self._now):
                    yield self._pod(service, pod)
            ports = [{"name": "http", "port": 8080, "targetPort": "http"}]
            yield self._object("v1", "Service", service.name, spec={"selector": _label(service.name), "ports": ports})
            yield from self._autoscaler(service)
        for name, settings in sorted(self._cluster.settings.items()):
            own = {key: value for key, value in sorted(settings.items()) if key.isupper()}
            if name in self._sim.blueprint.jobs:
                suspended = own.get("SUSPEND") == "true"
                spec = {"schedule": own.get("SCHEDULE", ""), "suspend": suspended, "concurrencyPolicy": "Forbid"}
                yield self._object("batch/v1", "CronJob", name, spec=spec)
            elif own:
                yield self._object("v1", "ConfigMap", f"{name}-settings", data=own)
        flags = {name: f"{percent:g}" for name, percent in sorted(self._cluster.flags.items())}
        yield self._object("v1", "ConfigMap", "flags", data=flags)
        yield self._quota()
        yield from self._secrets()
        for n, event in enumerate(self._cluster.events_until(self._now)):
            if event.at >= self._now - 3 * _GONE:
                yield self._event(n, event)

    def _object(
        self, version: str, kind: str, name: str, namespaced: bool = True, since: float = -20 * 86400.0, **parts: Any
    ) -> dict[str, Any]:
        metadata = {"name": name, "creationTimestamp": self._at(since), "uid": _uid(kind, name)}
        if namespaced:
            metadata["namespace"] = "shop"
        metadata |= parts.pop("metadata", {})
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **parts}

    def _nodes(self) -> Iterator[dict[str, Any]]:
        for node in self._cluster.nodes.values():
            lost = node.lost
            said = "Kubelet stopped posting node status." if lost else "kubelet is posting ready status"
            ready = {"type": "Ready", "status": "Unknown" if lost else "True", "message": said}
            labels = {"kubernetes.io/hostname": node.name, "topology.kubernetes.io/zone": node.zone}
            yield self._object(
                "v1", "Node", node.name, namespaced=False, metadata={"labels": labels},
                spec={"unschedulable": True} if node.cordoned else {},
                status={"allocatable": {"cpu": f"{node.cpu}m", "memory": "16Gi"}, "conditions": [ready]},
            )  # fmt: skip

    def _deployment(self, service: Service) -> dict[str, Any]:
        name = service.name
        wanted = self._cluster.replicas[name]
        ready = len(self._cluster.alive(name, self._now))
        revision = self._cluster.revisions[name][-1]
        updated = sum(p.revision == revision.number and p.exists(self._now) for p in self._cluster.pods[name])
        stuck = any(
            e.reason == "ProgressDeadlineExceeded" and e.service == name and revision.at < e.at <= self._now
            for e in self._cluster.events
        )
        enough = "MinimumReplicasAvailable" if ready else "MinimumReplicasUnavailable"
        moves = "ProgressDeadlineExceeded" if stuck else "NewReplicaSetAvailable"
        conditions = [
            {"type": "Available", "status": "True" if ready else "False", "reason": enough},
            {"type": "Progressing", "status": "False" if stuck else "True", "reason": moves},
        ]
        template = self._template(service, revision.version, revision.settings)
        status = {
            "replicas": wanted,
            "readyReplicas": ready,
            "updatedReplicas": updated,
            "unavailableReplicas": max(wanted - ready, 0),
            "conditions": conditions,
        }
        return self._object(
            "apps/v1", "Deployment", name,
            metadata={"labels": _label(name) | {"team": service.team}, "annotations": _numbered(revision.number)},
            spec={"replicas": wanted, "selector": {"matchLabels": _label(name)}, "template": template},
            status=status,
        )  # fmt: skip

    def _template(self, service: Service, version: str, settings: Any) -> dict[str, Any]:
        limits = {"cpu": settings["resources.cpu"], "memory": settings["resources.memory"]}
        container = {
            "name": service.name,
            "image": f"registry.shop.example/{service.name}:{version}",
            "resources": {"requests": {"cpu": f"{service.cpu}m", "memory": f"{service.memory}Mi"}, "limits": limits},
            "readinessProbe": {"httpGet": {"path": settings["readinessProbe.path"], "port": "http"}},
            "livenessProbe": {
                "httpGet": {"path": "/alive", "port": "http"},
                "timeoutSeconds": int(settings["livenessProbe.timeoutSeconds"]),
            },
            "envFrom": self._read_at_start(service),
        }
        return {"metadata": {"labels": _label(service.name)}, "spec": {"containers": [container]}}

    def _read_at_start(self, service: Service) -> list[dict[str, Any]]:
        """What pods read when they begin, and not again."""
        own = any(key.isupper() for key in self._cluster.settings.get(service.name, {}))
        found: list[dict[str, Any]] = [{"configMapRef": {"name": f"{service.name}-settings"}}] if own else []
        names = [self._sim.names.text(secret.name) for secret in self._sim.plan.secrets]
        return found + [{"secretRef": {"name": name}} for name in names if name.startswith(f"{service.name}-")]

    def _replica_sets(self, service: Service) -> Iterator[dict[str, Any]]:
        for revision in self._cluster.revisions[service.name][-5:]:
            if revision.at > self._now:
                continue
            pods = [
                p for p in self._cluster.pods[service.name] if p.revision == revision.number and p.exists(self._now)
            ]
            owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": service.name}
            told = {"annotations": _numbered(revision.number), "ownerReferences": [owner]}
            yield self._object(
                "apps/v1", "ReplicaSet", revision.replica_set, since=revision.at,
                metadata={"labels": _label(service.name)} | told,
                spec={"replicas": len(pods), "template": self._template(service, revision.version, revision.settings)},
                status={"replicas": len(pods), "readyReplicas": sum(p.ready(self._now) for p in pods)},
            )  # fmt: skip

    def _pod(self, service: Service, pod: Pod) -> dict[str, Any]:
        ready = pod.ready(self._now)
        falls = [(since, until, why) for since, until, why in pod.downs if since <= self._now and why != "NodeLost"]
        began = pod.created if pod.begun == FOREVER else max(pod.begun, pod.created)
        state: dict[str, Any] = {"running": {"startedAt": self._at(began)}}
        if pod.begun > self._now and not pod.waiting:
            state = {"waiting": {"reason": "ContainerCreating"}}
        if pod.waiting and pod.waiting != "Unschedulable":
            state = {"waiting": {"reason": pod.waiting, "message": pod.message}}
        elif falls and falls[-1][1] > self._now:
            state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}
        last: dict[str, Any] = {}
        if falls:
            since, until, why = falls[-1]
            killed = {
                "reason": "OOMKilled" if why == "OOMKilled" else "Error",
                "exitCode": 137,
                "finishedAt": self._at(since),
            }
            last = {"terminated": killed}
            if until <= self._now:
                state = {"running": {"startedAt": self._at(until)}}
        status: dict[str, Any] = {
            "name": service.name,
            "ready": ready,
            "restartCount": len(falls),
            "state": state,
            "lastState": last,
        }
        conditions: list[dict[str, Any]] = [{"type": "Ready", "status": "True" if ready else "False"}]
        if pod.waiting == "Unschedulable":
            conditions.append(
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": pod.message}
            )
        phase = "Pending" if pod.begun == FOREVER or pod.begun > self._now else "Running"
        template = self._template(service, pod.version, pod.settings)
        owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": pod.name.rpartition("-")[0]}
        containers = [] if pod.waiting == "Unschedulable" else [status]
        return self._object(
            "v1", "Pod", pod.name, since=pod.created if pod.begun > 0 else pod.begun,
            metadata={"labels": _label(service.name), "ownerReferences": [owner]},
            spec={**template["spec"], "nodeName": pod.node},
            status={"phase": phase, "conditions": conditions, "containerStatuses": containers},
        )  # fmt: skip

    def _autoscaler(self, service: Service) -> Iterator[dict[str, Any]]:
        most = self._cluster.settings[service.name].get("autoscaling.max")
        if most is None:
            return
        now = len(self._cluster.alive(service.name, self._now))
        used = self._sim.engine.used.get(service.name, 0.0)
        full = now >= int(most) and used > 0.75
        limited = {
            "type": "ScalingLimited",
            "status": "True" if full else "False",
            "reason": "TooManyReplicas" if full else "DesiredWithinRange",
        }
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": service.name}
        busy = {"name": "cpu", "current": {"averageUtilization": round(min(used, 1) * 100)}}
        status = {
            "currentReplicas": now,
            "desiredReplicas": now,
            "conditions": [limited],
            "currentMetrics": [{"type": "Resource", "resource": busy}],
        }
        yield self._object(
            "autoscaling/v2", "HorizontalPodAutoscaler", service.name,
            spec={"scaleTargetRef": target, "minReplicas": min(2, service.replicas), "maxReplicas": int(most)},
            status=status,
        )  # fmt: skip

    def _quota(self) -> dict[str, Any]:
        services = self._sim.blueprint.by_name
        used = sum(services[p.service].cpu for pods in self._cluster.pods.values() for p in pods if p.exists(self._now))
        hard = {"requests.cpu": "14", "pods": "60"}
        pods = sum(p.exists(self._now) for every in self._cluster.pods.values() for p in every)
        return self._object(
            "v1",
            "ResourceQuota",
            "shop",
            spec={"hard": hard},
            status={"hard": hard, "used": {"requests.cpu": f"{used}m", "pods": str(pods)}},
        )

    def _secrets(self) -> Iterator[dict[str, Any]]:
        for secret in self._sim.plan.secrets:
            told = {"kubernetes.io/change-cause": secret.cause} if secret.cause else {}
            if secret.expires is not None:
                told["cert-manager.io/not-after"] = self._at(self._sim.seconds - secret.expires * 60)
            changed = self._sim.seconds - secret.changed * 60
            managed = [{"manager": "external-secrets", "time": self._at(changed)}]
            yield self._object(
                "v1", "Secret", self._sim.names.text(secret.name), type="Opaque",
                metadata={"annotations": told, "managedFields": managed},
            )  # fmt: skip

    def _event(self, number: int, event: Any) -> dict[str, Any]:
        return self._object(
            "v1", "Event", f"{event.name}.{number:x}", since=event.at, reason=event.reason, message=event.message,
            type="Warning" if event.warning else "Normal", count=event.count, lastTimestamp=self._at(event.at),
            involvedObject={"kind": event.kind, "name": event.name, "namespace": "shop"},
        )  # fmt: skip

    def _at(self, seconds: float) -> str:
        return rfc3339(self._sim.clock.instant(round(max(seconds, -1e8))))


def _label(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}


def _numbered(revision: int) -> dict[str, str]:
    return {"deployment.kubernetes.io/revision": str(revision)}


def _uid(kind: str, name: str) -> str:
    text = hashlib.sha256(f"{kind}/{name}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"
