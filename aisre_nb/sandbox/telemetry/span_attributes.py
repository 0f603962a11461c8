"""What spans carry beside their times."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.requests.requests import Step
from aisre_nb.sandbox.requests.traffic import PLATFORMS, REGIONS, TIERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


AGENTS = ("Firefox", "Safari", "Chrome")
"""By platform, what customers use."""


def server_attributes(step: Step, facts: Facts, kept: NDArray[np.int64]) -> list[dict[str, str]]:
    """For each kept request: what came with it (baggage), what it was, how it ended."""
    method, _, route = step.call.operation.partition(" ")
    parentless = step.parent < 0
    found = []
    for request in kept.tolist():
        if step.call.kind == "consume":
            found.append(
                {
                    "messaging.system": "rabbitmq",
                    "messaging.operation.name": method,
                    "messaging.destination.name": route,
                    "customer.tier": TIERS[facts["tier"][request]],
                    "shop.items": str(int(facts["items"][request])),
                }
            )
            continue
        row = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": str(int(step.status[request])),
            "client.platform": PLATFORMS[facts["platform"][request]],
            "client.region": REGIONS[facts["region"][request]],
            "customer.tier": TIERS[facts["tier"][request]],
        }
        if step.call.knows_items:
            row["shop.items"] = str(int(facts["items"][request]))
            row["shop.coupon"] = "true" if facts["coupon"][request] else "false"
        if parentless:
            row["user_agent.name"] = "harvest" if facts["bot"][request] else AGENTS[facts["platform"][request]]
        if "{sku}" in route:
            row["product.sku"] = f"SKU-{facts['sku'][request]}"
        found.append(row)
    return found


class _ByStatus(defaultdict[int, dict[str, str]]):
    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step

    def __missing__(self, status: int) -> dict[str, str]:
        self[status] = _client(self._step, status)
        return self[status]


def client_attributes(step: Step) -> dict[int, dict[str, str]]:
    """By the status of the answer: whom it asked for what, and how that ended."""
    return _ByStatus(step)


def _client(step: Step, status: int) -> dict[str, str]:
    call = step.call
    verb, _, target = call.operation.partition(" ")
    if call.kind == "queue":
        row = {"messaging.system": "rabbitmq", "messaging.operation.name": verb, "messaging.destination.name": target}
        row["server.port"] = "5672"
    elif call.kind in ("redis", "postgresql"):
        port = "6379" if call.kind == "redis" else "5432"
        row = {"db.system.name": call.kind, "db.operation.name": verb, "server.port": port}
        if call.kind == "postgresql":
            row["db.collection.name"] = target
    else:
        row = {"http.request.method": verb, "url.template": target, "server.port": "8080"}
        if status:
            row["http.response.status_code"] = str(status)
    return {**row, "server.address": call.service, "peer.service": call.service}
