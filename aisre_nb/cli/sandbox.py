"""``aisre-nb sandbox``: list the scenarios, make a world, let it go on, act on it, serve it, check scenarios."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from aisre_nb.cli.progress import making
from aisre_nb.errors import UsageError

if TYPE_CHECKING:
    from aisre_nb.sandbox import Troubles


def sandbox(arguments: argparse.Namespace) -> int:
    """Returns the exit status."""
    actions = {
        "list": _list, "make": _make, "check": _check, "serve": _serve, "advance": _advance, "apply": _apply,
    }  # fmt: skip
    return actions[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from aisre_nb.sandbox import scenarios

    found = [asdict(scenario) for scenario in scenarios(arguments.hard)]
    if arguments.json:
        print(json.dumps(found, indent=1))
    else:
        for scenario in found:
            print(f"{scenario['name']:<32}{scenario['difficulty']:<8}{scenario['title']}")
    return 0


def _make(arguments: argparse.Namespace) -> int:
    from aisre_nb.sandbox import make

    folder = make(
        arguments.name, arguments.seed, arguments.out, progress=making, hard=arguments.hard,
        per_second=arguments.per_second, hours=arguments.hours, troubles=_troubles(arguments.trouble),
    )  # fmt: skip
    print(folder)
    return 0


def _troubles(told: list[str]) -> Troubles:
    from aisre_nb.sandbox import Troubles

    missing = [name.removeprefix("no-") for name in told if name.startswith("no-")]
    if len(missing) > 1:
        raise UsageError("only one signal can be missing", f"choose one of {', '.join(missing)}")
    return Troubles("clock-skew" in told, "late-exporter" in told, "gaps" in told, missing[0] if missing else "")


def _advance(arguments: argparse.Namespace) -> int:
    from aisre_nb.sandbox import World

    world = World.open(arguments.folder)
    world.advance(arguments.minutes, making)
    print(f"{world.folder}: {world.now:%Y-%m-%d %H:%M:%S}Z")
    return 0


def _apply(arguments: argparse.Namespace) -> int:
    from aisre_nb.sandbox import World

    try:
        action = json.loads(arguments.what)
    except ValueError as error:
        raise UsageError(
            f"the action is no JSON: {error}", 'write \'{"action": "restart", "service": "cart"}\''
        ) from None
    if not isinstance(action, dict):
        raise UsageError("the action is no object", 'write \'{"action": "restart", "service": "cart"}\'')
    world = World.open(arguments.folder)
    done = world.apply(action)
    print(f"{done.text}; to see what comes of it: aisre-nb sandbox advance {arguments.folder} --minutes 10")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    import tempfile
    from pathlib import Path

    from aisre_nb.sandbox import make
    from aisre_nb.sandbox.serve import serve

    with tempfile.TemporaryDirectory(prefix="aisre-served-") as scratch:
        folder = Path(arguments.name)
        if not (folder / "manifest.json").is_file():
            folder = make(arguments.name, arguments.seed, Path(scratch) / "case", progress=making, hard=arguments.hard)
        serve(folder, announce=lambda line: print(line, flush=True))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from aisre_nb.sandbox import scenarios
    from aisre_nb.sandbox.check import checks

    names = arguments.names or [scenario.name for scenario in scenarios()]
    unknown = sorted(set(names) - {scenario.name for scenario in scenarios()})
    if unknown:
        raise UsageError(f"there is no scenario {unknown[0]!r}", "see: aisre-nb sandbox list")
    hards = {"easy": (False,), "hard": (True,), "both": (False, True)}[arguments.difficulty]
    wanted = [(name, seed, hard) for name in names for hard in hards for seed in arguments.seeds]
    found = []
    for checked in checks(wanted, arguments.jobs):
        found.append(checked)
        if not arguments.json:
            mark = "passed" if checked.passed else "FAILED"
            told = "".join(f"\n    {problem}" for problem in checked.problems)
            print(
                f"{mark}  {checked.name:<32}{checked.difficulty:<5} seed {checked.seed}  {checked.seconds:.1f} s{told}",
                flush=True,
            )
    if arguments.json:
        print(json.dumps([asdict(checked) for checked in found], indent=1))
    failed = sum(not checked.passed for checked in found)
    print(f"{len(found) - failed} of {len(found)} passed", file=sys.stderr)
    return 0 if not failed else 4
