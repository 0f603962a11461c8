"""Clusters and worlds without telemetry: the engine alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.engine.effects import Breaks, Effect
from aisre_nb.sandbox.engine.nodes import nodes
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.scenario import Plan, Scenario, Truth
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.simulation import Simulation, begin


@pytest.fixture
def cluster() -> Callable[..., Cluster]:
    """The shop's cluster as it has run for days; ``breaks`` are rollouts that do not go on."""

    def made(*breaks: Breaks, cpu: int = 2400, **settings: Any) -> Cluster:
        found = Cluster(Blueprint(), nodes(cpu), Chance("test", 1), breaks)
        found.begin({}, settings)
        return found

    return made


@pytest.fixture
def shop() -> Callable[..., Simulation]:
    """An hour of the shop with these effects, not simulated yet; nothing of it has telemetry."""

    def made(*effects: Effect, seed: int = 1, **plan: Any) -> Simulation:
        names = Names({}, NAMES)
        scenario = Scenario("test", "Test", "Is it a test?")
        found = Plan(Truth("no_fault"), effects=effects, **plan)
        return begin(scenario, found, seed, False, names, Chance("test", seed), 3600)

    return made
