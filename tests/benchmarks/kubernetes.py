"""What the objects of Kubernetes prove in the sandbox: every fault of pods named, no alarm in a control.

    python tests/benchmarks/kubernetes.py [SEED …]

Simulates each world without its telemetry (a second), and looks at its objects alone. ``named``: the first alarming
finding, or one that it brings, is of the service (or node) that the truth accuses. ``quiet``: nothing alarms. The last
line times 5,000 pods and 20,000 events on one core.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import alarming, find
from aisre_nb.sandbox.asked import Asked
from aisre_nb.sandbox.kubernetes import objects
from aisre_nb.sandbox.scenarios import ALL

SEEDS = (11, 12, 13)
PODS = {"image", "memory", "node", "probe", "rollout"}
"""Kinds of truth that pods, nodes and rollouts show by themselves."""


def main() -> None:
    """Print a line for each fault that is not named and each control that alarms, then the sums."""
    seeds = [int(seed) for seed in sys.argv[1:]] or SEEDS
    named, faults, quiet, controls = 0, 0, 0, 0
    for scenario, _ in ALL:
        for seed in seeds:
            sim = Asked(scenario.name, seed).begin()
            truth = sim.plan.truth
            pods = truth.kind in PODS or scenario.name.endswith("-pods-restart")
            if truth.outcome == "root_cause" and not pods:
                continue
            sim.engine.run(sim.seconds)
            sim.now = sim.seconds
            found = alarming(find(cluster(objects(sim), sim.clock.instant(sim.now))))
            if truth.outcome == "no_fault":
                controls, quiet = controls + 1, quiet + (not found)
                if found:
                    print(f"{scenario.name} {seed}: {found[0].says}")
                continue
            first = {found[0].key} if found else set()
            story = [f for f in found if f.key in first or first & set(f.effect_of)]
            wanted = set(truth.services) or set(truth.change.split()[:1])
            right = bool(wanted & {f.service for f in story})
            faults, named = faults + 1, named + right
            if not right:
                print(f"{scenario.name} {seed}: {found[0].says if found else 'nothing'}, and not {truth.change}")
    print(f"named {named} of {faults}, quiet {quiet} of {controls}")
    print(f"5,000 pods and 20,000 events: {_large():.2f} s")


def _large() -> float:
    dice = random.Random(7)
    items: list[dict[str, Any]] = []
    for n in range(1000):
        name, labels = f"svc{n}", {"app": f"svc{n}"}
        owner = [{"kind": "Deployment", "name": name}]
        items.append(_object("Deployment", name, spec={"replicas": 5}, status={"readyReplicas": 5}))
        items.append(_object("Service", name, spec={"selector": labels, "ports": [{"port": 80}]}))
        items.append(_object("ReplicaSet", f"{name}-7d9c5b8f6d", metadata={"ownerReferences": owner}))
        for m in range(5):
            bad = dice.random() < 0.2
            state = {"waiting": {"reason": "CrashLoopBackOff"}} if bad else {"running": {}}
            one = {"name": "main", "ready": not bad, "state": state, "lastState": {"terminated": {"exitCode": 1}}}
            whose = {"labels": labels, "ownerReferences": [{"kind": "ReplicaSet", "name": f"{name}-7d9c5b8f6d"}]}
            status = {"phase": "Running", "containerStatuses": [one]}
            items.append(_object("Pod", f"{name}-7d9c5b8f6d-bbbb{m}", metadata=whose, status=status))
    for n in range(20_000):
        about = {"kind": "Pod", "name": f"svc{n % 1000}-7d9c5b8f6d-bbbb{n % 5}", "namespace": "shop"}
        text = "Back-off restarting failed container"
        more = {"type": "Warning", "reason": "BackOff", "message": text, "lastTimestamp": "2026-03-01T11:59:00Z"}
        items.append(_object("Event", f"e{n}", involvedObject=about, **more))
    begun = time.process_time()
    find(cluster(items, datetime(2026, 3, 1, 12, tzinfo=UTC)))
    return time.process_time() - begun


def _object(kind: str, name: str, metadata: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop", **(metadata or {})}, **more}


if __name__ == "__main__":
    main()
