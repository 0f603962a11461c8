"""What a case folder tells of its world: its manifest, and what is true."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aisre_nb.sandbox.simulation import Simulation
from aisre_nb.times import rfc3339


def manifest(sim: Simulation) -> dict[str, Any]:
    """`manifest.json`: what the folder is, and the time that it covers."""
    now = rfc3339(sim.clock.instant(sim.now))
    return {
        "name": sim.names.text(sim.scenario.name),
        "question": sim.names.text(sim.scenario.question),
        "start": rfc3339(sim.clock.start),
        "end": now,
        "now": now,
        "seed": sim.seed,
    }


def truth(sim: Simulation, first_failed: float | None) -> dict[str, Any]:
    """`truth.json`, with what the simulation found out; ``first_failed``: the second of the first failed request."""
    told = sim.plan.truth
    found: dict[str, Any] = {
        "outcome": told.outcome,
        "services": list(told.services),
        "kind": told.kind,
        "change": told.change,
        "onset": None,
        "difficulty": "hard" if sim.hard else "easy",
        "symptom": asdict(told.symptom) if told.symptom else None,
        "evidence": [asdict(signal) for signal in told.evidence],
        "remedies": [list(map(dict, remedy)) for remedy in told.remedies],
        "worse": [list(map(dict, remedy)) for remedy in told.worse],
        "path": list(told.path),
        **told.more,
    }
    found = sim.names.of(found)
    onset = first_failed
    if onset is None and sim.plan.onset is not None:
        onset = sim.seconds - sim.plan.onset * 60
    if onset is not None:
        found["onset"] = rfc3339(sim.clock.instant(onset))
    for raised in sim.raised[:1]:
        service = found["services"][0]
        found |= {"file": f"services/{service}/{raised.file.removeprefix('/app/')}", "line": raised.line}
    return found
