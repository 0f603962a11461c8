"""What a world is made from: all that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.clock import SECONDS, STEP
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.releases import harmless
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario
from aisre_nb.sandbox.scenarios import ALL
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.simulation import Simulation, begin
from aisre_nb.sandbox.telemetry.windows import Troubles


@dataclass(frozen=True)
class Asked:
    """A scenario, a seed, and what is wanted otherwise than usual. Raises `UsageError` for what cannot be made."""

    scenario: str
    seed: int
    hard: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    """Other names of services: ``{"cart": "basket"}``."""
    versions: tuple[str, str] | None = None
    """Of the faulty service, before and after."""
    per_second: float | None = None
    """Pages, at the hour of the question."""
    hours: float = SECONDS / 3600
    """Of history before the question."""
    troubles: Troubles = field(default_factory=Troubles)

    def __post_init__(self) -> None:
        if all(scenario.name != self.scenario for scenario, _ in ALL):
            known = ", ".join(scenario.name for scenario, _ in ALL)
            raise UsageError(f"there is no scenario {self.scenario!r}", f"one of {known}")
        if self.seed < 0:
            raise UsageError(f"{self.seed} is not a seed", "write a whole number from 0")
        if self.versions is not None and (len(self.versions) != 2 or self.versions[0] == self.versions[1]):
            raise UsageError(f"{self.versions!r} are not two versions", 'write versions=("1.4.2", "1.5.0")')
        if not 1 <= self.hours <= 12:
            raise UsageError(f"{self.hours:g} hours of history are too few or too many", "1 to 12")
        if self.per_second is not None and not 1 <= self.per_second <= 200:
            raise UsageError(f"{self.per_second:g} pages a second are too few or too many", "1 to 200")

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """From what `told` gave. Raises `KeyError`, `TypeError`, `ValueError` and `UsageError` for anything else."""
        found = {one.name: told[one.name] for one in fields(cls)}
        versions = found["versions"]
        return cls(
            **found
            | {
                "scenario": str(found["scenario"]),
                "seed": int(found["seed"]),
                "names": dict(found["names"]),
                "versions": (str(versions[0]), str(versions[1])) if versions else None,
                "troubles": Troubles(**found["troubles"]),
            }
        )

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"versions": list(self.versions) if self.versions else None}

    def begin(self) -> Simulation:
        """The world at its first second, of which nothing is written yet."""
        scenario, plan, chance = self.thrown()
        seconds = round(self.hours * 3600 / STEP) * STEP
        return begin(scenario, plan, self.seed, self.hard, Names(self.names, NAMES), chance, seconds)

    def thrown(self) -> tuple[Scenario, Plan, Chance]:
        """The scenario with its dice thrown."""
        scenario, planner = next((s, planner) for s, planner in ALL if s.name == self.scenario)
        chance = Chance(f"{scenario.name} hard" if self.hard else scenario.name, self.seed)
        dice = Dice(chance.stream("plan"), self.hard, self.versions)
        plan = harmless(dice, planner(dice))
        return scenario, plan if self.per_second is None else replace(plan, per_second=self.per_second), chance
