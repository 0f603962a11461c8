"""What the shop is: its services, pages, settings and flags, under the names that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from aisre_nb.sandbox import settings
from aisre_nb.sandbox.calls import PAGES, Page
from aisre_nb.sandbox.services import SERVICES, Service


@dataclass(frozen=True)
class Blueprint:
    """The shop before anything happens to it."""

    services: tuple[Service, ...] = SERVICES
    pages: tuple[Page, ...] = PAGES
    config: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: settings.CONFIG)
    live: tuple[str, ...] = settings.LIVE
    flags: Mapping[str, float] = field(default_factory=lambda: settings.FLAGS)
    pools: Mapping[str, float] = field(default_factory=lambda: settings.POOLS)
    limits: tuple[tuple[str, str, str, float], ...] = settings.LIMITS
    queue: str = "rabbitmq"
    consumer: str = "fulfilment"
    edge: str = "frontend"
    gateway: str = "api-gateway"
    database: str = "postgres"
    cache: str = "redis"
    jobs: tuple[str, ...] = ("stock-recount", "sales-report")

    @cached_property
    def by_name(self) -> dict[str, Service]:
        """The services by name."""
        return {service.name: service for service in self.services}

    def first_settings(self) -> dict[str, dict[str, str]]:
        """Everything that services, and what has no pods of its own, are told when a world begins."""
        found = {name: dict(values) for name, values in self.config.items()}
        for service in self.services:
            own = found.setdefault(service.name, {})
            own["resources.cpu"] = f"{service.cpu}m"
            own["resources.memory"] = f"{service.memory * 2}Mi"
            own["readinessProbe.path"] = "/healthz"
            own["livenessProbe.timeoutSeconds"] = "5"
            if service.most > service.replicas:
                own["autoscaling.max"] = str(service.most)
        return found

    def limit_of(self, caller: str, operation: str) -> tuple[str, float] | None:
        """The setting that says how long the caller waits for such a call, and how many seconds its unit is."""
        for service, called, key, unit in self.limits:
            if service == caller and called in ("*", operation):
                return key, unit
        return None
