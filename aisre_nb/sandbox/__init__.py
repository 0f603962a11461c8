"""The sandbox: an online shop, simulated in virtual time, to investigate with nothing else installed."""

from __future__ import annotations

from aisre_nb.sandbox.make import create, make, scenarios
from aisre_nb.sandbox.scenario import Scenario
from aisre_nb.sandbox.telemetry.windows import Troubles
from aisre_nb.sandbox.world import World

__all__ = ["Scenario", "Troubles", "World", "create", "make", "scenarios"]
