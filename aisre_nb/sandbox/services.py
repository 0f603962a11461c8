"""The shop's services: who owns them, what runs, what they may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One service as it is deployed when a world begins."""

    name: str
    team: str
    version: str
    replicas: int
    cpu: int
    """Requested, in thousandths of a core."""
    memory: int
    """Requested, MiB; the limit is twice that."""
    cost: float
    """Core seconds that one request takes."""
    tagged: bool = True
    """False for what is bought and not built: it has no source in the repository."""
    workers: int = 16
    """Requests that one pod serves at the same time."""
    most: int = 0
    """Pods up to which the autoscaler goes; 0: it does not scale this one."""


SERVICES = (
    Service("frontend", "storefront", "2.14.0", 3, 500, 384, 0.012, workers=32, most=4),
    Service("api-gateway", "platform", "1.9.2", 3, 400, 256, 0.006, workers=32, most=5),
    Service("cart", "baskets-and-prices", "0.1.0", 2, 250, 192, 0.010),
    Service("catalog", "baskets-and-prices", "3.2.1", 2, 300, 256, 0.009),
    Service("checkout", "orders", "1.4.0", 2, 250, 256, 0.020),
    Service("payment", "orders", "1.1.5", 2, 200, 192, 0.015),
    Service("shipping", "logistics", "0.8.3", 2, 150, 128, 0.010),
    Service("currency", "baskets-and-prices", "0.3.7", 2, 100, 96, 0.002),
    Service("recommendation", "discovery", "0.12.4", 2, 500, 512, 0.025),
    Service("user", "platform", "2.0.6", 2, 200, 192, 0.006),
    Service("inventory", "logistics", "0.9.1", 2, 200, 160, 0.006),
    Service("email", "orders", "0.5.2", 1, 100, 128, 0.008),
    Service("fulfilment", "logistics", "1.3.0", 2, 150, 160, 0.020),
    Service("redis", "platform", "7.4.1", 1, 300, 512, 0.0004, tagged=False),
    Service("postgres", "platform", "16.4", 1, 1000, 2048, 0.002, tagged=False),
    Service("rabbitmq", "platform", "3.13.7", 1, 300, 512, 0.001, tagged=False),
)
"""The faulty one's version is the scenario's to say; the one here is only where nothing is said."""

NAMES = tuple(service.name for service in SERVICES)
