"""Incidents and who is on call, as files that a source reads and updates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.repository.history import AUTHORS, ON_CALL
from aisre_nb.sandbox.telemetry.alerts import Alert
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    from aisre_nb.sandbox.simulation import Simulation

_PAST = (
    (
        "Checkout timed out while the card provider was slow",
        "payment",
        "The provider recovered by itself after 40 minutes.",
    ),
    ("Search was slow after a catalogue import", "catalog", "The import was moved to the night."),
    (
        "Carts were empty after redis was restarted",
        "cart",
        "The restart was announced to nobody; the runbook says so now.",
    ),
    (
        "Pages failed during a rollout of the gateway",
        "api-gateway",
        "Rolled back; the new version listened on another port.",
    ),
)


def write(folder: Path, sim: Simulation, alerts: Sequence[Alert]) -> None:
    """``incidents/INC-*.json`` and ``on_call.json``."""
    rng = sim.chance.stream("incidents")
    known = folder / "incidents"
    known.mkdir()
    number = int(rng.integers(300, 1400))
    for n, pick in enumerate(rng.permutation(len(_PAST))[:2].tolist()):
        title, service, ended = _PAST[pick]
        at = -float(rng.uniform(3, 25)) * 86400
        told = _incident(sim, number + n, title, service, at, "sev3", "resolved", ended)
        _write(known / f"INC-{number + n}.json", sim.names.of(told))
    firing = [a for a in alerts if a.ended is None and a.at > 0 and a.labels.get("severity") == "critical"]
    if firing:
        first = min(firing, key=lambda alert: alert.at)
        told = _incident(
            sim, number + 2, sim.scenario.title, first.labels["service"], first.at + 40, "sev2", "open", ""
        )
        told["alerts"] = [alert.name for alert in firing]
        told["title"] = sim.names.text(str(told["title"]))
        _write(known / f"INC-{number + 2}.json", told)
    teams = sorted({service.team for service in sim.blueprint.services})
    rotations = []
    for n, team in enumerate(teams):
        others = [name for name in (ON_CALL, *AUTHORS.values()) if name != AUTHORS[team]]
        own = [service.name for service in sim.blueprint.services if service.team == team]
        second = others[(n + int(rng.integers(1, 5))) % len(others)]
        until = rfc3339(sim.clock.instant(sim.seconds + float(rng.integers(4, 70)) * 3600))
        rotations.append({"team": team, "services": own, "primary": AUTHORS[team], "secondary": second, "until": until})
    _write(folder / "on_call.json", {"rotations": rotations})


def _incident(
    sim: Simulation, number: int, title: str, service: str, at: float, severity: str, status: str, summary: str
) -> dict[str, Any]:
    opened = rfc3339(sim.clock.instant(round(at)))
    timeline = [{"at": opened, "author": "alerts", "text": "Opened by an alert."}]
    if summary:
        timeline.append({"at": rfc3339(sim.clock.instant(round(at + 4200))), "author": ON_CALL, "text": summary})
    return {
        "id": f"INC-{number}",
        "title": title,
        "severity": severity,
        "status": status,
        "opened_at": opened,
        "service": service,
        "commander": ON_CALL,
        "summary": summary,
        "timeline": timeline,
        "alerts": [],
    }


def _write(file: Path, told: dict[str, Any]) -> None:
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
