"""Makes a world, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.scenario import Scenario
from aisre_nb.sandbox.scenarios import ALL
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.world import Progress, world, write


def scenarios() -> list[Scenario]:
    """All scenarios, in the order in which they are listed."""
    return [scenario for scenario, _ in ALL]


def make(
    name: str,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    *,
    names: Mapping[str, str] | None = None,
    versions: tuple[str, str] | None = None,
) -> Path:
    """Write a scenario as a case folder, and return the folder.

    The same name and seed give the same bytes (but for git's own bookkeeping; its commits are the same too); another
    seed gives another time, traffic and magnitude. ``names`` gives services other names (``{"cart": "basket"}``) and
    ``versions`` the faulty one other versions, before and after; the rest stays as it is.

    ``out`` must not exist, or be an empty folder. An interrupt leaves nothing behind. Raises `UsageError` for what was
    asked wrongly, `ConfigurationError` where git is missing.
    """
    found = next(((s, planner) for s, planner in ALL if s.name == name), None)
    if found is None:
        known = ", ".join(scenario.name for scenario in scenarios())
        raise UsageError(f"there is no scenario {name!r}", f"one of {known}")
    if seed < 0:
        raise UsageError(f"{seed} is not a seed", "write a whole number from 0")
    if versions is not None and (len(versions) != 2 or versions[0] == versions[1]):
        raise UsageError(f"{versions!r} are not two versions", 'write versions=("1.4.2", "1.5.0")')
    scenario, planner = found
    chance = Chance(name, seed)
    renamed = Names(names or {}, NAMES)
    made = world(scenario, planner(chance.stream("plan"), versions), seed, renamed, chance)
    out = out.expanduser().absolute()
    _must_be_empty(out)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    tell = progress or (lambda text, fraction: None)
    try:
        unfinished.mkdir(parents=True)
        write(made, unfinished, tell)
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}", "name another folder") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    tell(f"made {out.name}", 1.0)
    return out


def _must_be_empty(out: Path) -> None:
    if out.is_dir():
        if any(out.iterdir()):
            raise UsageError(f"{out} is not empty", "name a folder that does not exist yet")
    elif out.exists() or out.is_symlink():
        raise UsageError(f"{out} is not a folder", "name a folder that does not exist yet")
