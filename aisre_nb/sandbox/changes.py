"""What was changed in the world, as ``changes.jsonl`` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.engine.cluster import Event
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository import gitops
from aisre_nb.sandbox.repository.written import Committed
from aisre_nb.sandbox.scenario import Plan
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import numpy as np

_TOLD = (
    "OOMKilled", "Unhealthy", "NodeNotReady", "FailedScheduling", "ImagePullBackOff", "CrashLoopBackOff", "Evicted",
    "ProgressDeadlineExceeded", "TaintManagerEviction",
)  # fmt: skip
"""Events of Kubernetes that are changes; the others stand in ``kubernetes.json`` only."""


def planned(
    plan: Plan, blueprint: Blueprint, committed: Sequence[Committed], now: datetime, names: Names
) -> list[dict[str, Any]]:
    """Rollouts, settings and flags with the commits that made them, and what else happened."""
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
                "attributes": _commit(committed, manifest, release.version) | {"manifest": manifest},
            }
        )
    for setting in plan.settings:
        path = names.text(gitops.path_of(blueprint, setting.service, setting.key))
        found.append(
            {
                "time": _at(now, setting.minutes),
                "kind": "config",
                "service": names.text(setting.service),
                "title": names.text(f"Set {setting.key} of {setting.service}"),
                "from": setting.before,
                "to": setting.after,
                "attributes": _commit(committed, path, names.text(setting.message)) | {"manifest": path},
            }
        )
    for flag in plan.flags:
        found.append(  # noqa: PERF401
            {
                "time": _at(now, flag.minutes),
                "kind": "flag",
                "service": "",
                "title": names.text(f"Flag {flag.flag}"),
                "from": f"{flag.before:g} %",
                "to": f"{flag.after:g} %",
                "attributes": _commit(committed, "deploy/flags.yaml", names.text(flag.flag))
                | {"manifest": "deploy/flags.yaml"},
            }
        )
    for other in plan.happenings:
        found.append(  # noqa: PERF401
            {
                "time": _at(now, other.minutes),
                "kind": other.kind,
                "service": names.text(other.service),
                "title": names.text(other.title),
                "from": "",
                "to": "",
                "attributes": {"reason": other.reason} if other.reason else {},
            }
        )
    return found


def of_events(events: Sequence[Event], since: float, start: datetime) -> list[dict[str, Any]]:
    """Events of Kubernetes from a second on, as changes."""
    found = []
    for event in events:
        if event.at < since or event.reason not in _TOLD or event.at < 0:
            continue
        told = {"reason": event.reason, "object": f"{event.kind}/{event.name}"}
        found.append(
            {
                "time": rfc3339((start + timedelta(seconds=event.at)).replace(microsecond=0)),
                "kind": "k8s_event",
                "service": "" if event.kind == "Node" else event.service,
                "title": event.message,
                "from": "",
                "to": "",
                "attributes": told | {"type": "Warning" if event.warning else "Normal"},
            }
        )
    return found


def others(now: datetime, scaled: float, rng: np.random.Generator, flags: bool) -> list[dict[str, Any]]:
    """An autoscaler, a flag, an event: what happens on any day."""
    share = int(rng.choice([10, 20, 25]))
    node = f"node-{rng.integers(1, 6)}"
    found: list[dict[str, Any]] = [
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
    return found if flags else [change for change in found if change["kind"] != "flag"]


def _commit(committed: Sequence[Committed], path: str, words: str) -> dict[str, str]:
    """The newest commit that touched the file, with those words in its message if there is one."""
    some = [commit for commit in committed if path in commit.files]
    newest = ([commit for commit in some if words in commit.message] or some)[-1]
    return {"commit": newest.hash, "author": newest.author}


def _at(now: datetime, minutes: float) -> str:
    return rfc3339((now - timedelta(minutes=minutes)).replace(microsecond=0))
