"""A world: everything that a scenario and a seed decide, simulated, and advanced when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.clock import SECONDS, Clock, clock
from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.engine.effects import Breaks, Calls, Effect, Fails, Slows
from aisre_nb.sandbox.engine.engine import Engine, Operation
from aisre_nb.sandbox.engine.nodes import nodes
from aisre_nb.sandbox.engine.pods import Fleet
from aisre_nb.sandbox.failures import Failures, Raised
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.history import Commit, History
from aisre_nb.sandbox.repository.source import measured
from aisre_nb.sandbox.requests.background import background
from aisre_nb.sandbox.requests.traffic import Customers, Traffic, customers, facts
from aisre_nb.sandbox.scenario import Coded, FlagChange, Plan, Release, Scenario, Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Do = Callable[[Cluster, float], None]
_SAMPLE = 4000
"""Requests on which it is counted how often a condition on facts is true."""


@dataclass
class Simulation:
    """A scenario with its dice thrown, under the names that were asked for, and what has happened so far."""

    scenario: Scenario
    seed: int
    hard: bool
    plan: Plan
    names: Names
    chance: Chance
    clock: Clock
    blueprint: Blueprint
    commits: list[Commit]
    engine: Engine
    traffic: Traffic
    known: Customers
    failures: Failures
    raised: list[Raised]
    """What the plan's own source raised."""
    scaled: float
    """Minutes before the question at which the autoscaler gave the shop's edge one pod more."""
    seconds: int = SECONDS
    """The history before the question."""
    now: int = 0
    """Seconds from the world's start up to which telemetry has been written."""

    @property
    def question(self) -> datetime:
        """When the question is asked."""
        return self.clock.instant(self.seconds)

    @property
    def fleets(self) -> dict[str, Fleet]:
        """The pods so far, by service."""
        return {name: Fleet(name, tuple(pods)) for name, pods in self.engine.cluster.pods.items()}

    def rate(self, page: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Requests a second for a page at these seconds, as the engine has them."""
        import numpy as np

        told = self.engine.course.at("rate", str(page), at, 0.0)
        return np.zeros(len(at)) if told is None else told


def begin(
    scenario: Scenario, plan: Plan, seed: int, hard: bool, names: Names, chance: Chance, seconds: int = SECONDS
) -> Simulation:
    """A world at its first second."""
    when = clock(chance.stream("clock"), seconds)
    plain = Blueprint()
    commits = History(plan, plain).commits()
    blueprint = names.of(plain)
    tree = {names.text(p): names.text(text) for commit in commits for p, text in commit.files.items()}
    effects, raised = _effects(plan, names, tree)
    effects += background(tree, names, chance.stream("background"))
    effects = [replace(e, when=replace(e.when, zero=float(seconds))) for e in effects]
    cluster = Cluster(blueprint, nodes(plan.node_cpu), chance, [e for e in effects if isinstance(e, Breaks)])
    first = names.of({name: dict(values) for name, values in plan.first.items()})
    cluster.begin({names.text(r.service): r.before for r in plan.releases}, first)
    scaled = float(chance.stream("scaled").uniform(60, 130))
    cluster.pods[blueprint.edge][-1].begun = seconds - scaled * 60 + 20
    cluster.pods[blueprint.edge][-1].created = seconds - scaled * 60 + 5
    known = customers(chance.stream("customers"), plan.without_tier, plan.without_coupon)
    traffic = Traffic(chance.stream("gusts"), when.start, plan.per_second, float(seconds))
    weights = [page.weight for page in blueprint.pages]
    levels = _levels(traffic)
    engine = Engine(
        blueprint,
        cluster,
        effects,
        means(effects, known, chance),
        lambda page, at: weights[page] * levels(at),
        _operations(plan, names, seconds),
    )
    return Simulation(
        scenario, seed, hard, plan, names, chance, when, blueprint, commits, engine, traffic, known, Failures(), raised,
        scaled, seconds=seconds,
    )  # fmt: skip


def _levels(traffic: Traffic) -> Callable[[float], float]:
    """Pages a second at a second: the mean of the step that begins there."""
    import numpy as np

    every = traffic.rate(np.arange(0, 24 * 3600, 5, dtype=np.float64))
    return lambda at: float(every[int(at // 5) : int(at // 5) + 3].mean())


def _effects(plan: Plan, names: Names, tree: Mapping[str, str]) -> tuple[list[Effect], list[Raised]]:
    """The plan's effects, first those that its own source decides."""
    found: list[Effect] = []
    raised = []
    for coded in plan.coded:
        effect = coded_effect(coded, names, tree)
        if effect is not None:
            found.append(effect)
            if isinstance(effect, Fails):
                raised.append(effect.raised)
    return found + [names.of(effect) for effect in plan.effects], raised


def coded_effect(coded: Coded, names: Names, tree: Mapping[str, str]) -> Effect | None:
    """What this source does to requests; None where it does them no harm."""
    return effect_of(coded, names, measured(tree, names.text(coded.service), names, coded.probe))


def effect_of(coded: Coded, names: Names, said: Any) -> Effect | None:
    """What a version does to requests whose source, when it was run, did what ``said`` says."""
    effect = coded.effect(said) if said is not None else None
    if effect is None:
        return None
    if isinstance(effect, Fails):
        # What was raised has its names already.
        told = effect.raised
        effect = replace(names.of(replace(effect, raised=Raised("", ""))), raised=told)
    else:
        effect = names.of(effect)
    return replace(effect, when=replace(effect.when, service=names.text(coded.service), versions=(coded.version,)))


def means(effects: list[Effect], known: Customers, chance: Chance) -> dict[int, float]:
    """For how many requests each effect's condition is true; for repeated calls the mean number."""
    sample = facts(chance.stream("sample"), _SAMPLE, known)
    found = {}
    for n, effect in enumerate(effects):
        if isinstance(effect, Calls) and effect.by:
            found[n] = float(sample[effect.by].clip(max=effect.times).mean())
        elif isinstance(effect, (Fails, Slows, Calls)) and effect.if_facts is not None:
            found[n] = float(effect.if_facts(sample).mean())
    return found


def _operations(plan: Plan, names: Names, seconds: int) -> list[Operation]:
    """The plan's changes, as the cluster meets them."""
    found: list[Operation] = []

    def at(minutes: float) -> float:
        return seconds - minutes * 60

    def rolled(release: Release) -> Do:
        return lambda cluster, when: cluster.rollout(release.service, when, version=release.version)

    def told(setting: Setting) -> Do:
        return lambda cluster, when: cluster.set(setting.service, when, setting.key, setting.after)

    def turned(flag: FlagChange) -> Do:
        return lambda cluster, when: cluster.flags.update({flag.flag: flag.after})

    def lost(node: str) -> Do:
        return lambda cluster, when: cluster.lose(node, when)

    found += [Operation(at(release.minutes), rolled(release)) for release in names.of(plan.releases)]
    found += [Operation(at(setting.minutes), told(setting)) for setting in names.of(plan.settings)]
    found += [Operation(at(flag.minutes), turned(flag)) for flag in names.of(plan.flags)]
    found += [Operation(at(other.minutes), lost(other.node)) for other in names.of(plan.happenings) if other.node]
    return found
