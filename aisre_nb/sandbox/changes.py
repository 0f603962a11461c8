"""What was changed in the world, as ``changes.jsonl`` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository import Committed
from aisre_nb.sandbox.scenario import Plan
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import numpy as np


def changes(
    plan: Plan, committed: Sequence[Committed], now: datetime, names: Names, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Rollouts and settings with the commits that made them, an autoscaler, a flag, an event; oldest first."""
    found = []
    for release in plan.releases:
        manifest = names.text(f"deploy/{release.service}.yaml")
        service = names.text(release.service)
        found.append(
            {
                "time": _at(now, release.minutes),
                "kind": "deployment",
                "service": service,
                "title": f"Deploy {service} {release.version}",
                "from": release.before,
                "to": release.version,
                "attributes": _commit(committed, manifest) | {"manifest": manifest},
            }
        )
    setting = plan.setting
    path = names.text(setting.path)
    found.append(
        {
            "time": _at(now, setting.minutes),
            "kind": "config",
            "service": names.text(setting.service),
            "title": names.text(f"Set {setting.key} of {setting.service}"),
            "from": setting.before,
            "to": setting.after,
            "attributes": _commit(committed, path) | {"manifest": path},
        }
    )
    found += names.of(_others(now, plan.scaled, rng))
    return sorted(found, key=lambda change: change["time"])


def _others(now: datetime, scaled: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    share = int(rng.choice([10, 20, 25]))
    node = f"node-{rng.integers(1, 6)}"
    return [
        {
            "time": _at(now, scaled),
            "kind": "scale",
            "service": "frontend",
            "title": "The autoscaler scaled frontend",
            "from": "2",
            "to": "3",
            "attributes": {"author": "horizontal-pod-autoscaler"},
        },
        {
            "time": _at(now, float(rng.uniform(60, 140))),
            "kind": "flag",
            "service": "catalog",
            "title": "Flag search-synonyms",
            "from": f"{share} %",
            "to": f"{share * 2} %",
            "attributes": {"author": "Mira Lindqvist"},
        },
        {
            "time": _at(now, float(rng.uniform(5, 140))),
            "kind": "k8s_event",
            "service": "email",
            "title": f"A readiness probe on {node} got no answer within 1 s",
            "from": "",
            "to": "",
            "attributes": {"reason": "Unhealthy", "type": "Warning"},
        },
    ]


def _commit(committed: Sequence[Committed], path: str) -> dict[str, str]:
    """The newest commit that touched the file."""
    newest = [commit for commit in committed if path in commit.files][-1]
    return {"commit": newest.hash, "author": newest.author}


def _at(now: datetime, minutes: float) -> str:
    return rfc3339((now - timedelta(minutes=minutes)).replace(microsecond=0))
