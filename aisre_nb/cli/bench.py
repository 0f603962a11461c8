"""``aisre-nb bench``: a suite of cases investigated, and held against their truth."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.cli.bench_progress import Bar
from aisre_nb.errors import ConfigurationError, ModelError, UsageError
from aisre_nb.settings import Settings

if TYPE_CHECKING:
    from aisre_nb.bench.score import Row


def bench(arguments: argparse.Namespace) -> int:
    """Run, or compare two runs; returns the exit status."""
    others: list[Path] = arguments.compare or []
    if len(others) > 2:
        raise UsageError("more than two runs cannot be compared", "name two, or one beside --suite")
    if len(others) == 2:
        if arguments.suite or arguments.html:
            raise UsageError("two runs are compared and none is made", "leave out --suite and --html, or name one run")
        return _compare(others[0], others[1], arguments.json)
    if not arguments.suite:
        raise UsageError("it is not said what to run", "--suite sandbox, --suite FOLDER, or --compare TWO RUNS")
    return _run(arguments, others)


def _run(arguments: argparse.Namespace, others: list[Path]) -> int:
    from aisre_nb.bench.asking import Asker
    from aisre_nb.bench.kept import Kept, code_version, folder_of, read_run
    from aisre_nb.bench.run import run
    from aisre_nb.bench.suite import suite
    from aisre_nb.bench.summary import summary

    _positive(arguments)
    settings = Settings.load().updated(model=arguments.model, then=arguments.then, max_steps=arguments.max_steps)
    model = settings.model or "builtin"
    # What is wrong is said before hours are spent.
    _usable(model, settings)
    before = read_run(others[0])[1] if others else None
    wanted = suite(arguments.suite, arguments.seeds, arguments.repeat, arguments.only, arguments.limit)
    told = {
        "suite": wanted.text,
        "model": f"{model}, then {settings.then}" if settings.then else model,
        "version": code_version(),
        "settings": {
            name: getattr(settings, name)
            for name in ("max_steps", "max_seconds", "max_tokens", "max_usd", "since", "redact_emails")
        }
        | {"timeout": arguments.timeout}
        | ({"endpoint": settings.models[model]} if model in settings.models else {}),
    }
    kept = Kept(arguments.out or folder_of(told, settings.record_dir.parent / "bench"))
    kept.begin(told, arguments.fresh)
    steps = [] if arguments.max_steps is None else ["--max-steps", str(arguments.max_steps)]
    options = (*steps, *(["--then", settings.then] if settings.then else []))
    asker = Asker(model, kept.folder.resolve() / "work", arguments.timeout, arguments.keep, options, settings.max_usd)
    done = len(kept.finished(wanted.cases))
    bar = Bar(sys.stderr, done)
    if done:
        left = "nothing is left to run; --fresh runs all again" if done == len(wanted.cases) else "go on"
        print(f"{done} of {len(wanted.cases)} done before; {left}", file=sys.stderr, flush=True)
    ran = run(wanted.cases, asker, kept, arguments.jobs, arguments.max_usd, bar.tell)
    bar.end()
    found: dict[str, Any] = {"run": {**told, "folder": str(kept.folder)}, "cases": ran.rows}
    found["summary"] = {"asked": len(wanted.cases), "stopped": ran.stopped, **summary(ran.rows)}
    _print(found, before, arguments.json)
    if arguments.html:
        _write_page(arguments.html, found)
    if ran.stopped:
        print(f"aisre-nb: {ran.stopped} → the same command goes on", file=sys.stderr)
    return 130 if ran.interrupted else 0


def _print(found: dict[str, Any], before: Sequence[Row] | None, as_json: bool) -> None:
    from aisre_nb.bench.compare import compare, lines
    from aisre_nb.bench.told import case_lines, summary_lines

    if before is not None:
        found = {**found, "compare": compare(before, found["cases"])}
    if as_json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    print("\n".join([*case_lines(found["cases"]), "", *summary_lines(found["summary"])]))
    if before is not None:
        print("\n".join(["", *lines(found["compare"])]))
    print(f"\nrun: {found['run']['folder']}")


def _compare(first: Path, second: Path, as_json: bool) -> int:
    from aisre_nb.bench.compare import compare, lines
    from aisre_nb.bench.kept import read_run

    found = compare(read_run(first)[1], read_run(second)[1])
    print(json.dumps(found, indent=1, ensure_ascii=False) if as_json else "\n".join(lines(found)))
    return 0


def _write_page(file: Path, found: dict[str, Any]) -> None:
    from aisre_nb.bench.page import page

    try:
        file.write_text(page(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "name another file: --html FILE") from None
    print(f"{file} written", file=sys.stderr)


def _positive(arguments: argparse.Namespace) -> None:
    for name in ("repeat", "jobs", "limit", "timeout", "max_usd"):
        amount = getattr(arguments, name)
        if amount is not None and not amount > 0:
            raise UsageError(f"--{name.replace('_', '-')} {amount:g} is not above zero", "give a number above zero")
    if not arguments.seeds:
        raise UsageError("--seeds names no seed", "write 1-5 or 1,7")


def _usable(name: str, settings: Settings) -> None:
    """Raises `UsageError` for a model that there is not, or that has no key."""
    import asyncio
    import os

    from aisre_nb.models.choose import choose

    try:
        # Each by itself: one that cannot be had would make way in every case, and another one would be measured.
        for each in (name, *(other.strip() for other in (settings.then or "").split(",") if other.strip())):
            asyncio.run(choose(each, os.environ, settings.models).close())
    except (ModelError, ConfigurationError) as error:
        raise UsageError(error.message, error.next_step) from None
