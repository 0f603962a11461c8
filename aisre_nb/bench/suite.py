"""Which cases a suite has: sandbox scenarios at their seeds, or the telemetry folders below a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from aisre_nb.bench.truth import read_truth
from aisre_nb.errors import UsageError

_HELP = "write sandbox, sandbox:hard, or a folder with telemetry folders below it"


@dataclass(frozen=True)
class Case:
    """One question to ask, and where its truth is."""

    name: str
    """The scenario's, or the path below the suite's folder."""
    repeat: int = 1
    seed: int | None = None
    """Of a sandbox world."""
    hard: bool = False
    folder: Path | None = None
    """A telemetry folder; None: the sandbox makes one."""

    @property
    def key(self) -> str:
        """What tells it from every other case of the suite."""
        return self.of_case + (f" #{self.repeat}" if self.repeat > 1 else "")

    @property
    def of_case(self) -> str:
        """The same for each of its repeats."""
        world = f" seed {self.seed}" if self.seed is not None else ""
        return f"{self.name}{world}{' hard' if self.hard else ''}"


@dataclass(frozen=True)
class Suite:
    """As it was asked for."""

    text: str
    """What it is called in files: ``sandbox``, ``sandbox:hard``, or the folder's absolute path."""
    cases: tuple[Case, ...]


def suite(
    text: str, seeds: Sequence[int], repeats: int = 1, only: Sequence[str] = (), limit: int | None = None
) -> Suite:
    """The cases, all of one repeat before the next. Raises `UsageError` that says what to write."""
    kind, _, rest = text.partition(":")
    if kind == "sandbox" and rest in ("", "easy", "hard"):
        found = _worlds(seeds, rest == "hard", only)
        name = "sandbox:hard" if rest == "hard" else "sandbox"
    elif kind == "sandbox":
        raise UsageError(f"there is no suite {text!r}", _HELP)
    else:
        folder = Path(text).expanduser()
        if not folder.is_dir():
            raise UsageError(f"there is no suite or folder {text!r}", _HELP)
        found = _folders(folder.resolve(), only)
        for case in found[:limit]:
            read_truth(case.folder or folder)
        name = str(folder.resolve())
    found = found[:limit]
    again = [Case(c.name, n, c.seed, c.hard, c.folder) for n in range(1, repeats + 1) for c in found]
    return Suite(name, tuple(again))


def _worlds(seeds: Sequence[int], hard: bool, only: Sequence[str]) -> list[Case]:
    from aisre_nb.sandbox import scenarios

    known = [scenario.name for scenario in scenarios(hard)]
    _all_known(only, known, "scenario", "see: aisre-nb sandbox list")
    return [Case(name, seed=seed, hard=hard) for seed in seeds for name in known if not only or name in only]


def _folders(root: Path, only: Sequence[str]) -> list[Case]:
    """Every folder with a manifest; what is inside of one is its own affair."""
    found: dict[str, Path] = {}
    for place, folders, files in os.walk(root):
        folders.sort()
        if "manifest.json" in files:
            folders.clear()
            path = Path(place)
            found[path.relative_to(root).as_posix() if path != root else root.name] = path
    if not found:
        raise UsageError(f"no folder below {root} holds a manifest.json", "name a folder with telemetry folders in it")
    _all_known(only, list(found), "case", f"the suite has {', '.join(list(found)[:5])} …")
    return [Case(name, folder=path) for name, path in sorted(found.items()) if not only or name in only]


def _all_known(only: Sequence[str], known: Sequence[str], what: str, see: str) -> None:
    for name in only:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(f"there is no {what} {name!r} in this suite", f"did you mean {near[0]}?" if near else see)
