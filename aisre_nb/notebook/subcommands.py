"""What ``%sre`` does: each subcommand is a function from its words to something printed or drawn."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.display import display

from aisre_nb.errors import UsageError
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.words import SUBCOMMANDS
from aisre_nb.settings import Settings


def run(name: str, words: list[str], handle: Handle, settings: Settings) -> Any:
    """Do it."""
    return _DO[name](words, handle, settings)


def _help(words: list[str], handle: Handle, settings: Settings) -> None:
    for name, text in SUBCOMMANDS.items():
        print(f"%sre {name:<9} {text}")
    print("%%sre --help   the options of a question")


def _status(words: list[str], handle: Handle, settings: Settings) -> None:
    found = handle.investigation
    if found is None:
        print("Nothing was investigated yet.")
        return
    usage = found.usage
    print(f"{len(found.steps)} steps, {len(found.evidence)} results, model {found.model.name}")
    tokens = f"{usage['input_tokens']:.0f} tokens in, {usage['output_tokens']:.0f} out"
    print(f"{tokens}, {usage['cost_usd']:.4f} USD, {found.seconds:.1f} s")
    print(f"policy: {found.policy.describe()}")
    if found.record is not None:
        print(f"record: {found.record.folder}")


def _model(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.models.choose import available, choose, explain

    if not words:
        name = handle.investigation.model if handle.investigation else choose(settings.model, os.environ)
        print(explain(name))
        for kind, usable, why in available(os.environ):
            print(f"  {kind:<14} {'' if usable else 'not usable: '}{why}")
        return
    model = choose(words[0], os.environ)
    handle.chosen["model"] = words[0]
    if handle.investigation is not None:
        handle.investigation.model = model
    print(explain(model))


def _tools(words: list[str], handle: Handle, settings: Settings) -> None:
    registry = handle.investigation.registry if handle.investigation else handle.registry()
    for name in registry.names():
        tool = registry.get(name)
        print(f"{name:<22} {tool.effect:<7} {tool.description.splitlines()[0]}")


def _policy(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.approval.policy import Policy

    if words:
        policy = Policy.parse(words[0])
        handle.chosen["approve"] = policy.name
        if handle.investigation is not None:
            handle.investigation.policy = policy
        print(policy.describe())
        return
    print(Policy.parse(settings.approve).describe())


def _evidence(words: list[str], handle: Handle, settings: Settings) -> Any:
    if words:
        return handle.E[words[0]]
    print(repr(handle.E))
    return None


def _report(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.render.show import Shown

    found = handle.last
    if found.report is None:
        print("There is no report yet.")
        return
    display(Shown.report(found.report, found.evidence, found.usage, found.seconds))


def _show(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.notebook.transcript import view
    from aisre_nb.render import step

    for found in handle.last.steps:
        for bundle in step.bundles(view(found)):
            display(bundle, raw=True)
    if handle.last.report is not None:
        _report([], handle, settings)


def _prs(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.sources.pull_requests import list_pull_requests

    repository = _repository(handle)
    action, number = [*words, "", ""][:2]
    found = list_pull_requests(repository)
    if action in ("", "list"):
        for pr in found:
            print(f"#{pr['number']}  {pr['state']:<7}{pr['branch']}: {pr['title']}")
        if not found:
            print("There is no pull request.")
        return
    if action not in ("show", "merge") or not number.isdigit():
        raise UsageError(f"%sre prs {' '.join(words)} is not known", "%sre prs, %sre prs show N, %sre prs merge N")
    chosen = next((pr for pr in found if pr["number"] == int(number)), None)
    if chosen is None:
        raise UsageError(f"there is no pull request {number}", "%sre prs lists them")
    if action == "show":
        for name, value in chosen.items():
            print(f"{name}: {value}")
        return
    print(f"merged #{number} as {_merge(repository, int(number))[:12]}")


def _merge(repository: Path, number: int) -> str:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from aisre_nb.session.who import who
    from aisre_nb.sources.pull_requests import merge_pull_request

    # A line magic is not awaited, and the kernel's loop is running: another thread has a loop of its own.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(merge_pull_request(repository, number, who()))).result()


def _repository(handle: Handle) -> Path:
    sources = handle.investigation.sources if handle.investigation else handle.sources
    folder = getattr(sources.code, "folder", None) if sources is not None else None
    if folder is None:
        raise UsageError("no repository is open", "run a %%sre cell, or %sre sandbox NAME")
    return Path(folder)


def _sandbox(words: list[str], handle: Handle, settings: Settings) -> None:
    from aisre_nb.notebook.progress import Progress
    from aisre_nb.sandbox import scenarios
    from aisre_nb.session.start import make_world
    from aisre_nb.sources.open import open_case

    if not words:
        for scenario in scenarios():
            print(f"{scenario.name:<24}{scenario.difficulty:<8}{scenario.title}")
        return
    seed = 1
    if len(words) > 1:
        if len(words) != 3 or words[1] != "--seed" or not words[2].isdigit():
            raise UsageError(f"%sre sandbox {' '.join(words)} is not known", "%sre sandbox NAME --seed N")
        seed = int(words[2])
    with Progress(shown=True) as progress:
        folder = make_world(settings, words[0], seed, progress)
    handle.sources = open_case(folder)
    handle.investigation = None
    print(f"The next %%sre looks at {words[0]}, seed {seed}. Its question: {handle.sources.question}")


def _reset(words: list[str], handle: Handle, settings: Settings) -> None:
    found = handle.investigation
    handle.investigation = None
    if found is not None and found.record is not None:
        found.record.close()
    print("The next %%sre begins a new investigation.")


_DO: dict[str, Callable[[list[str], Handle, Settings], Any]] = {
    "help": _help,
    "status": _status,
    "model": _model,
    "tools": _tools,
    "policy": _policy,
    "evidence": _evidence,
    "report": _report,
    "show": _show,
    "prs": _prs,
    "sandbox": _sandbox,
    "reset": _reset,
}
