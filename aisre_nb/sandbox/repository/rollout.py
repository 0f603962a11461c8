"""The cluster is brought to what the main branch says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aisre_nb.sandbox.repository.gitops import Desired
from aisre_nb.sandbox.simulation import Simulation

_LATER = 22.0
"""Seconds from a merge to the first pod that knows of it."""


def roll_out(sim: Simulation, wanted: Desired) -> list[dict[str, Any]]:
    """Begin what makes the difference between what runs and what is wanted; the changes, as they are told."""
    at = float(sim.now) + _LATER
    told = [change for service in sim.engine.cluster.pods for change in _service(sim, service, wanted, at)]
    _jobs(sim, wanted, at)
    _flags(sim, wanted, at)
    return told


def _service(sim: Simulation, service: str, wanted: Desired, at: float) -> Iterator[dict[str, Any]]:
    cluster = sim.engine.cluster
    now, version = cluster.settings[service], wanted.versions[service]
    changed = {key: value for key, value in wanted.settings[service].items() if now.get(key) != value}
    for key, value in changed.items():
        cluster.log.append((at, {"action": "set_config", "service": service, "key": key, "value": value}))
        title = f"Set {key} of {service}"
        yield {"kind": "config", "service": service, "title": title, "from": now.get(key, ""), "to": value}
    another = version != cluster.versions[service]
    if another:
        cluster.log.append((at, {"action": "rollback", "service": service, "to": version}))
        title = f"Deploy {service} {version}"
        before = cluster.versions[service]
        yield {"kind": "deployment", "service": service, "title": title, "from": before, "to": version}
    live = service in sim.blueprint.live or set(changed) == {"autoscaling.max"}
    if another or (changed and not live):
        cluster.rollout(service, at, version=version, changed=changed)
    else:
        cluster.settings[service] |= changed
    if wanted.replicas[service] != cluster.replicas[service]:
        cluster.scale(service, at, wanted.replicas[service])


def _jobs(sim: Simulation, wanted: Desired, at: float) -> None:
    cluster = sim.engine.cluster
    for name in sorted(set(cluster.settings) - set(cluster.pods)):
        for key, value in wanted.settings[name].items():
            if cluster.settings[name].get(key) != value:
                cluster.settings[name][key] = value
                cluster.log.append((at, {"action": "set_config", "service": name, "key": key, "value": value}))


def _flags(sim: Simulation, wanted: Desired, at: float) -> None:
    cluster = sim.engine.cluster
    for flag, percent in wanted.flags.items():
        if cluster.flags.get(flag) != percent:
            cluster.flags[flag] = percent
            cluster.log.append((at, {"action": "set_flag", "flag": flag, "percent": percent}))
