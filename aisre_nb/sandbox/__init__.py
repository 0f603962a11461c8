"""The sandbox: an online shop, simulated in virtual time, to investigate with nothing else installed."""

from __future__ import annotations

from aisre_nb.sandbox.make import make, scenarios
from aisre_nb.sandbox.scenario import Scenario

__all__ = ["Scenario", "make", "scenarios"]
