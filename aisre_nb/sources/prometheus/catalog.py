"""What there is in a Prometheus: names, types, and the label that names a service. Asked before anything is guessed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.sources.prometheus.api import Asking
from aisre_nb.sources.prometheus.selector import Matcher, one_of, selector
from aisre_nb.sources.prometheus.served import served
from aisre_nb.times import Window

Type = Literal["gauge", "counter", "histogram", "summary", "info", "part"]
"""``part``: a bucket, count, sum or creation time of another one."""

_SERVICE = ("service", "service_name", "service.name", "app", "app_kubernetes_io_name", "application", "deployment",
            "workload", "container", "job")  # fmt: skip
_PARTS = ("_bucket", "_count", "_sum", "_created")
_FRESH = 60.0
"""Seconds that what was found is believed."""
OWN_LABELS = ("pod", "instance", "node", "namespace", "version", "host", "hostname", "cluster", "prometheus", "replica",
              "endpoint", "uid", "service_version", "service_instance_id", "k8s_pod_name", "k8s_node_name",
              "k8s_namespace_name", "otel_scope_name", "otel_scope_version", "pod_template_hash")  # fmt: skip
"""Where a series comes from, not what it measures: the pods of a service share a course."""


@dataclass(frozen=True)
class Catalog:
    """What was found."""

    names: frozenset[str]
    types: Mapping[str, str]
    """By family, as scrape targets told; empty where nobody did."""
    service: str
    """The label."""

    def type_of(self, name: str) -> Type:
        """As its target told, else as its name says."""
        for ending in _PARTS:
            base = name.removesuffix(ending)
            if base != name and (self._is_timed(base) or self.types.get(base) in ("histogram", "summary")):
                return "part"
        if self._is_timed(name):
            return "histogram" if f"{name}_bucket" in self.names else "summary"
        told = self.types.get(name) or self.types.get(name.removesuffix("_total"))
        if told in ("gauge", "counter", "histogram", "summary", "info"):
            return told  # type: ignore[return-value]
        if name.endswith("_info"):
            return "info"
        if name.endswith("_created"):
            return "part"
        return "counter" if name.endswith("_total") else "gauge"

    def _is_timed(self, base: str) -> bool:
        # A gauge may be called "…_count": only with a sum beside it is it part of something.
        return f"{base}_bucket" in self.names or {f"{base}_count", f"{base}_sum"} <= self.names

    def matcher(self, service: str, label: str | None = None) -> Matcher:
        """Of the series of a service. Prometheus' own intake of OpenTelemetry puts a namespace before it in ``job``."""
        label = label or self.service
        return (label, "=~", f"(.+/)?{one_of([service])}") if label == "job" else (label, "=", service)

    def name_of(self, value: str, label: str | None = None) -> str:
        """The service that a label's value names."""
        return value.rsplit("/", 1)[-1] if (label or self.service) == "job" else value

    def resolved(self, name: str) -> str:
        """The name as it is here: ``http.server.request.duration`` may be ``http_server_request_duration_seconds``."""
        if name in self.names or f"{name}_bucket" in self.names:
            return name
        plain = name.replace(".", "_")
        for ending in ("", "_total", "_seconds", "_milliseconds", "_bytes", "_ratio", "_seconds_total", "_bytes_total"):
            if f"{plain}{ending}" in self.names or f"{plain}{ending}_bucket" in self.names:
                return f"{plain}{ending}"
        return name


class Catalogs:
    """Catalogs by window, each believed for a minute."""

    def __init__(self, service_label: str | None) -> None:
        self._label = service_label
        self._kept: dict[tuple[int, int], tuple[float, Catalog]] = {}

    async def of(self, asking: Asking, window: Window | None) -> Catalog:
        """What there is in a window; None: ever. Raises `SignalMissing` where there is nothing."""
        # Windows that end "now" differ by seconds from one call to the next.
        key = (int(window.start.timestamp() // 300), int(window.end.timestamp() // 300)) if window else (0, 0)
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < _FRESH:
            return kept[1]
        names = await asking.listed("/api/v1/label/__name__/values", (), window)
        names = [name for name in names if not name.startswith("ALERTS")]
        if not names:
            raise SignalMissing(f"{asking.http.access.name} has no metric in that window", "look at another window")
        types, label = await asyncio.gather(_types(asking), self._named(asking, names, window))
        found = Catalog(frozenset(names), types, label)
        self._kept = {**dict(list(self._kept.items())[-8:]), key: (time.monotonic(), found)}
        return found

    async def _named(self, asking: Asking, names: Sequence[str], window: Window | None) -> str:
        return self._label or await _label(asking, names, window)


async def _types(asking: Asking) -> dict[str, str]:
    try:
        told: Any = await asking.data("/api/v1/metadata", [("limit_per_metric", "1")])
    except AisreError:
        # Not everybody who speaks the API has this; names say most of it.
        return {}
    found = {}
    for name, entries in told.items() if isinstance(told, dict) else ():
        if isinstance(entries, list) and entries and isinstance(entries[0], dict):
            found[str(name)] = str(entries[0].get("type", ""))
    return found


async def _label(asking: Asking, names: Sequence[str], window: Window | None) -> str:
    """The first usual one that the most telling metric of requests has, else that anything has."""
    requests = next((one for one in served(names) if one.service is None), None)
    matches = [selector(requests.count)] if requests else []
    labels = set(await asking.listed("/api/v1/labels", matches, window))
    return next((label for label in _SERVICE if label in labels), "job")
