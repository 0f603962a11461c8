"""Makes a world, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.clock import SECONDS, STEP
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.releases import harmless
from aisre_nb.sandbox.scenario import Dice, Scenario
from aisre_nb.sandbox.scenarios import ALL
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.simulation import begin
from aisre_nb.sandbox.telemetry import Progress, Troubles
from aisre_nb.sandbox.world import World


def scenarios(hard: bool = False) -> list[Scenario]:
    """All scenarios, in the order in which they are listed, in one of both difficulties."""
    return [replace(scenario, difficulty="hard" if hard else "easy") for scenario, _ in ALL]


def make(
    name: str,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    *,
    hard: bool = False,
    names: Mapping[str, str] | None = None,
    versions: tuple[str, str] | None = None,
    per_second: float | None = None,
    hours: float = SECONDS / 3600,
    troubles: Troubles | None = None,
) -> Path:
    """Write a scenario as a case folder, and return the folder.

    The same name, seed and difficulty give the same bytes (but for git's own bookkeeping; its commits are the same
    too); another seed gives another time, traffic and magnitude. ``hard``: more noise, more innocent changes, weaker
    signals. ``names`` gives services other names (``{"cart": "basket"}``) and ``versions`` the faulty one other
    versions, before and after. ``per_second`` pages are asked for instead of the scenario's own number, over ``hours``
    before the question (1 to 12). ``troubles`` makes the telemetry itself go wrong.

    ``out`` must not exist, or be an empty folder. An interrupt leaves nothing behind. Raises `UsageError` for what was
    asked wrongly, `ConfigurationError` where git is missing.
    """
    world = create(
        name, seed, out, progress, hard=hard, names=names, versions=versions, per_second=per_second, hours=hours,
        troubles=troubles,
    )  # fmt: skip
    return world.folder


def create(
    name: str,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    *,
    hard: bool = False,
    names: Mapping[str, str] | None = None,
    versions: tuple[str, str] | None = None,
    per_second: float | None = None,
    hours: float = SECONDS / 3600,
    troubles: Troubles | None = None,
) -> World:
    """`make`, and the world itself: what `World.open` gives, without simulating it a second time."""
    out = out.expanduser().absolute()
    _must_be_empty(out)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    world = begin_world(
        name, seed, unfinished, hard=hard, names=names, versions=versions, per_second=per_second, hours=hours,
        troubles=troubles or Troubles(),
    )  # fmt: skip
    tell = progress or (lambda text, fraction: None)
    try:
        unfinished.mkdir(parents=True)
        world.write(tell)
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}", "name another folder") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    tell(f"made {out.name}", 1.0)
    world.folder = out
    return world


def begin_world(
    name: str,
    seed: int,
    folder: Path,
    *,
    hard: bool,
    names: Mapping[str, str] | None,
    versions: tuple[str, str] | None,
    per_second: float | None,
    hours: float,
    troubles: Troubles,
) -> World:
    """A world at its first second, of which nothing is written yet. Raises `UsageError`."""
    found = next(((s, planner) for s, planner in ALL if s.name == name), None)
    if found is None:
        known = ", ".join(scenario.name for scenario in scenarios())
        raise UsageError(f"there is no scenario {name!r}", f"one of {known}")
    if seed < 0:
        raise UsageError(f"{seed} is not a seed", "write a whole number from 0")
    if versions is not None and (len(versions) != 2 or versions[0] == versions[1]):
        raise UsageError(f"{versions!r} are not two versions", 'write versions=("1.4.2", "1.5.0")')
    if not 1 <= hours <= 12:
        raise UsageError(f"{hours:g} hours of history are too few or too many", "1 to 12")
    if per_second is not None and not 1 <= per_second <= 200:
        raise UsageError(f"{per_second:g} pages a second are too few or too many", "1 to 200")
    scenario, planner = found
    chance = Chance(f"{name} hard" if hard else name, seed)
    renamed = Names(names or {}, NAMES)
    dice = Dice(chance.stream("plan"), hard, versions)
    plan = harmless(dice, planner(dice))
    if per_second is not None:
        plan = replace(plan, per_second=per_second)
    seconds = round(hours * 3600 / STEP) * STEP
    sim = begin(scenario, plan, seed, hard, renamed, chance, seconds)
    return World(replace(sim, versions=versions, asked_per_second=per_second), folder, troubles)


def _must_be_empty(out: Path) -> None:
    if out.is_dir():
        if any(out.iterdir()):
            raise UsageError(f"{out} is not empty", "name a folder that does not exist yet")
    elif out.exists() or out.is_symlink():
        raise UsageError(f"{out} is not a folder", "name a folder that does not exist yet")
