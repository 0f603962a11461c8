"""Makes a world, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.asked import Asked
from aisre_nb.sandbox.clock import SECONDS
from aisre_nb.sandbox.scenario import Scenario
from aisre_nb.sandbox.scenarios import ALL
from aisre_nb.sandbox.telemetry.windows import Progress, Troubles
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
    asked = Asked(name, seed, hard, names or {}, versions, per_second, hours, troubles or Troubles())
    return written(asked, out, progress).folder


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
    asked = Asked(name, seed, hard, names or {}, versions, per_second, hours, troubles or Troubles())
    return written(asked, out, progress)


def written(asked: Asked, out: Path, progress: Progress | None = None) -> World:
    """What was asked for, in a folder that is there when all of it is."""
    out = out.expanduser().absolute()
    _must_be_empty(out)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    world = World(asked, unfinished)
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


def _must_be_empty(out: Path) -> None:
    if out.is_dir():
        if any(out.iterdir()):
            raise UsageError(f"{out} is not empty", "name a folder that does not exist yet")
    elif out.exists() or out.is_symlink():
        raise UsageError(f"{out} is not a folder", "name a folder that does not exist yet")
