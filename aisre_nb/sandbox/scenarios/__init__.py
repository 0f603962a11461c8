"""The scenarios, one file each."""

from __future__ import annotations

from aisre_nb.sandbox.scenario import Planner, Scenario
from aisre_nb.sandbox.scenarios import cart_errors, checkout_question

ALL: tuple[tuple[Scenario, Planner], ...] = (
    (cart_errors.SCENARIO, cart_errors.plan),
    (checkout_question.SCENARIO, checkout_question.plan),
)
"""In the order in which they are listed."""
