"""Names of OpenTelemetry's attributes, also as labels hold them: with ``_`` for every sign that a label cannot have."""

from __future__ import annotations

import re

_KNOWN = (
    "service.name", "service.version", "service.namespace", "service.instance.id", "deployment.environment",
    "deployment.environment.name", "k8s.namespace.name", "k8s.deployment.name", "k8s.statefulset.name",
    "k8s.daemonset.name", "k8s.pod.name", "k8s.pod.uid", "k8s.node.name", "k8s.container.name", "k8s.cluster.name",
    "k8s.job.name", "k8s.cronjob.name", "container.name", "container.id", "host.name", "host.id", "cloud.region",
    "cloud.availability_zone", "cloud.provider", "process.pid", "telemetry.sdk.language", "telemetry.sdk.name",
    "telemetry.sdk.version", "http.route", "http.target", "http.method", "http.request.method", "http.status_code",
    "http.response.status_code", "url.path", "url.full", "server.address", "server.port", "client.address",
    "rpc.method", "rpc.service", "rpc.system", "code.function", "code.namespace", "code.filepath", "code.lineno",
    "db.system",
    "db.system.name", "db.statement", "db.query.text", "messaging.system", "messaging.destination.name",
    "exception.type", "exception.message", "exception.stacktrace", "error.type", "user.id", "enduser.id", "thread.name",
    "thread.id", "log.file.path", "log.iostream", "event.name", "feature_flag.key", "peer.service",
)  # fmt: skip
_FROM = {re.sub(r"\W", "_", name): name for name in _KNOWN}
_RESOURCE = re.compile(
    r"(service|k8s|kubernetes|cloud|host|container|deployment|telemetry|process|os|faas|aws|gcp|azure|agent)[._]"
)


def dotted(name: str) -> str:
    """``"http_route"`` is "http.route"; what is not known stays as it is."""
    return _FROM.get(name, name)


def of_resource(name: str) -> bool:
    """Whether an attribute of that name is of what sent the record, not of the record."""
    return _RESOURCE.match(name) is not None
