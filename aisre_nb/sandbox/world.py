"""A world: everything that a scenario and a seed decide, simulated and written as a case folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aisre_nb.sandbox import alerts, metrics, usage
from aisre_nb.sandbox.background import background
from aisre_nb.sandbox.calls import PAGES, Page
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.changes import changes
from aisre_nb.sandbox.clock import SECONDS, Clock, clock
from aisre_nb.sandbox.counts import Counts, Series
from aisre_nb.sandbox.failures import Failure
from aisre_nb.sandbox.history import Commit, history
from aisre_nb.sandbox.log_texts import ANSWERED, HABITS
from aisre_nb.sandbox.logs import Logs
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.pods import Fleet, Rollout, fleet
from aisre_nb.sandbox.repository import write_repository
from aisre_nb.sandbox.requests import simulate
from aisre_nb.sandbox.scenario import Plan, Scenario
from aisre_nb.sandbox.services import SERVICES, Service
from aisre_nb.sandbox.source import raised_by
from aisre_nb.sandbox.traces import Spans, sampled
from aisre_nb.sandbox.traffic import arrivals, customers, facts
from aisre_nb.times import rfc3339

Progress = Callable[[str, float], None]
"""What is being done, and how much of all is behind it (0 to 1)."""

_TRACES = 2200
"""Requests without a failure whose spans are kept, about."""


@dataclass(frozen=True)
class World:
    """A scenario with its dice thrown, under the names that were asked for."""

    scenario: Scenario
    seed: int
    plan: Plan
    names: Names
    chance: Chance
    clock: Clock
    services: tuple[Service, ...]
    pages: tuple[Page, ...]
    fleets: Mapping[str, Fleet]


def world(scenario: Scenario, plan: Plan, seed: int, names: Names, chance: Chance) -> World:
    """Begin one."""
    when = clock(chance.stream("clock"))
    before = {release.service: release.before for release in plan.releases}
    services = names.of(tuple(replace(s, version=before.get(s.name, s.version)) for s in SERVICES))
    rollouts = [Rollout(names.text(r.service), r.version, SECONDS - r.minutes * 60) for r in plan.releases]
    stream = chance.stream("pods")
    scaled = {services[0].name: SECONDS - plan.scaled * 60 + 20}
    fleets = {service.name: fleet(service, rollouts, stream, scaled.get(service.name)) for service in services}
    return World(scenario, seed, plan, names, chance, when, services, names.of(PAGES), fleets)


def write(made: World, folder: Path, progress: Progress) -> None:
    """Write all of it into an empty folder."""
    progress("writing the repository", 0.02)
    commits = history(made.plan)
    committed = write_repository(folder, commits, made.clock.now, made.names)
    progress("running the shop's source", 0.06)
    failures, truth = _failures(made, commits)
    counts, onset = _simulate(made, failures, folder, progress)
    progress("writing metrics", 0.8)
    counted = list(counts.series())
    noise, full = alerts.noisy_alert(made.chance.stream("alerts"), _alert_candidates(made))
    _write_metrics(made, folder, counts, counted, full)
    progress("writing alerts and changes", 0.95)
    firing = [*alerts.request_alerts(counted, [s.name for s in made.services], made.services[0].name), noise]
    _json(folder / "alerts.json", alerts.as_alertmanager(firing, made.clock))
    lines = changes(made.plan, committed, made.clock.now, made.names, made.chance.stream("changes"))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "changes.jsonl").write_text(text, encoding="utf-8")
    _json(folder / "manifest.json", _manifest(made))
    if onset is not None:
        truth["onset"] = rfc3339(made.clock.instant(onset))
    _json(folder / "truth.json", truth)


def _failures(made: World, commits: list[Commit]) -> tuple[list[Failure], dict[str, Any]]:
    """What fails, the scenario's own fault first, and the truth so far."""
    tree = {made.names.text(p): made.names.text(text) for commit in commits for p, text in commit.files.items()}
    failures = background(tree, made.names, made.chance.stream("background"))
    truth = dict(made.names.of(dict(made.plan.truth)))
    fault = made.plan.fault
    if fault is not None:
        service = made.names.text(fault.service)
        raised = raised_by(tree, service, made.names, fault.provoke)
        operation = made.names.text(fault.operation)
        own = Failure(service, operation, raised, version=fault.version, if_facts=fault.if_facts)
        failures.insert(0, own)
        truth |= {"file": f"services/{service}/{raised.file.removeprefix('/app/')}", "line": raised.line}
    return failures, truth


def _simulate(made: World, failures: list[Failure], folder: Path, progress: Progress) -> tuple[Counts, float | None]:
    """Simulate page after page, write traces and logs; the counts, and when the fault first hit (seconds)."""
    chance, plan = made.chance, made.plan
    counts = Counts(made.fleets)
    spans = Spans(made.fleets, failures)
    logs = Logs(made.fleets, failures, made.names.of(dict(ANSWERED)))
    known = customers(chance.stream("customers"), plan.without_tier, plan.without_coupon)
    came = arrivals(chance.stream("arrivals"), made.clock.start, SECONDS, plan.per_second, made.pages)
    share = _TRACES / max(sum(map(len, came)), 1)
    onsets = []
    for number, (page, arrived) in enumerate(zip(made.pages, came, strict=True)):
        progress(f"simulating {page.call.operation}", 0.08 + 0.6 * number / len(made.pages))
        rng = chance.stream(f"page {number}")
        requests = simulate(page, arrived, facts(rng, len(arrived), known), made.fleets, failures, float(SECONDS), rng)
        counts.add(requests)
        spans.add(requests, sampled(requests, share, rng))
        logs.add(requests, rng)
        if plan.fault is not None:
            onsets += [float(s.ended[s.present & (s.failure == 0)].min(initial=SECONDS)) for s in requests.steps]
    progress("writing traces", 0.68)
    spans.write(folder / "otel_traces.parquet", made.clock)
    progress("writing logs", 0.75)
    logs.add_habits(made.names.of(HABITS), chance.stream("habits"))
    logs.add_starts(chance.stream("starts"))
    logs.write(folder / "otel_logs.parquet", made.clock)
    return counts, min(onsets) if onsets else None


def _write_metrics(made: World, folder: Path, counts: Counts, counted: list[Series], full: str) -> None:
    metrics.write_histogram(folder / "otel_metrics_histogram.parquet", counted, made.fleets, made.clock)
    used = usage.gauges(made.services, made.fleets, counts, full, made.chance.stream("usage"))
    metrics.write_gauges(folder / "otel_metrics_gauge.parquet", list(used), made.clock)
    checkout, order = made.names.text("checkout"), made.names.text("POST /checkout")
    ordered = usage.orders(counted, made.fleets, checkout, order)
    metrics.write_sums(folder / "otel_metrics_sum.parquet", list(ordered), made.clock)


def _alert_candidates(made: World) -> list[tuple[str, str]]:
    """Services whose memory or disk may be noisy, with a pod of theirs; the last is a datastore."""
    named = [made.names.text(name) for name in ("catalog", "recommendation", "inventory", "user", "postgres")]
    touched = {made.names.text(release.service) for release in made.plan.releases}
    return [(name, made.fleets[name].pods[0].name) for name in named if name not in touched]


def _manifest(made: World) -> dict[str, Any]:
    return {
        "name": made.names.text(made.scenario.name),
        "question": made.names.text(made.scenario.question),
        "start": rfc3339(made.clock.start),
        "end": rfc3339(made.clock.now),
        "now": rfc3339(made.clock.now),
        "seed": made.seed,
    }


def _json(file: Path, data: Any) -> None:
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
