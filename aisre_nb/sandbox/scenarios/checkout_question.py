"""Nothing is wrong: a healthy service is asked about, shortly after a harmless release of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.releases import harmless_release, harmless_setting
from aisre_nb.sandbox.scenario import Plan, Scenario

if TYPE_CHECKING:
    import numpy as np

SCENARIO = Scenario(
    name="checkout-question",
    title="Somebody wonders whether checkout is all right",
    question="Customers may have trouble with the checkout service. Is anything wrong with it?",
    difficulty="easy",
)


def plan(rng: np.random.Generator, versions: tuple[str, str] | None) -> Plan:
    """What changes: one release, of no consequence."""
    return Plan(
        releases=(harmless_release(rng, beside=float(rng.uniform(25, 40))),),
        setting=harmless_setting(rng),
        scaled=float(rng.uniform(60, 130)),
        truth={"outcome": "no_fault", "services": [], "kind": "", "change": "", "onset": None},
        per_second=float(rng.uniform(8, 12)),
    )
