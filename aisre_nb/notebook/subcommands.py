"""What ``%sre`` does: each subcommand is a function from its words to something printed or drawn."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from IPython.core.getipython import get_ipython

from aisre_nb.errors import UsageError
from aisre_nb.notebook import closing, embedding, forking, postmortem, replaying, requests, serving, showing
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.words import SUBCOMMANDS


def run(name: str, words: list[str], handle: Handle) -> Any:
    """Do it."""
    if handle.replay is not None:
        from aisre_nb.notebook.instead import instead

        if instead(name, words, handle, handle.replay):
            return None
    return _DO[name](words, handle)


def _help(words: list[str], handle: Handle) -> None:
    for name, text in SUBCOMMANDS.items():
        print(f"%sre {name:<9} {text}")
    print("%%sre --help   the options of a question")


def _status(words: list[str], handle: Handle) -> None:
    found = handle.investigation
    if found is None:
        print("Nothing was investigated yet.")
        return
    usage = found.usage
    print(f"{len(found.steps)} steps, {len(found.evidence)} results, model {found.model.name}")
    tokens = f"{usage['input_tokens']:.0f} tokens in, {usage['output_tokens']:.0f} out"
    print(f"the latest question: {tokens}, {usage['cost_usd']:.4f} USD, {found.seconds:.1f} s")
    print(f"policy: {found.policy.describe()}")
    if found.record is not None:
        print(f"record: {found.record.folder}")


def _model(words: list[str], handle: Handle) -> None:
    from aisre_nb.models.choose import choose, explain
    from aisre_nb.notebook import modelling

    found, settings = handle.investigation, handle.settings
    if not words:
        print(explain(found.model if found else choose(settings.model, os.environ, settings.models, settings.then)))
        modelling.show(settings.models)
        return
    name, then = modelling.named(words)
    model = choose(name, os.environ, settings.models, then)
    handle.chosen |= {"model": name, "then": then}
    if found is not None:
        found.model = model
        found.settings = replace(found.settings, model=name, then=then or None)
    print(explain(model))


def _tools(words: list[str], handle: Handle) -> None:
    registry = handle.investigation.registry if handle.investigation else handle.registry()
    for name in registry.names():
        tool = registry.get(name)
        print(f"{name:<22} {tool.effect:<7} {tool.description.splitlines()[0]}")


def _policy(words: list[str], handle: Handle) -> None:
    from aisre_nb.approval.policy import Policy
    from aisre_nb.approval.rule import Rule
    from aisre_nb.session.who import who

    found = handle.investigation
    if words:
        # What was quoted is quoted again, but for the semicolons between a name and its rules.
        text = " ".join(word if re.fullmatch(r"[^\s'\"\\]+", word) else shlex.quote(word) for word in words)
        if found is not None and ";" not in text and words[0] in ("run", "ask", "deny") and len(words) > 1:
            found.policy.grant(Rule.parse(text), who())
        else:
            policy = Policy.parse(text)
            handle.chosen["approve"] = policy.words()
            if found is not None:
                found.policy = policy
                found.settings = found.settings.updated(approve=policy.words())
    now = found.policy if found is not None else Policy.parse(handle.settings.approve)
    if len(now.rows()) > 1:
        print(f"{'rule':<58}{'made by':<14}{'let through':<13}left")
    for rule, by, used, left in now.rows()[:-1]:
        print(f"{rule:<57} {by:<13} {used:<12} {left}")
    print(("else " if now.standing else "") + now.rows()[-1][0])


def _audit(words: list[str], handle: Handle) -> None:
    from aisre_nb.evidence.invisible import visible
    from aisre_nb.session.audited import lines, problems

    settings = handle.settings
    if words not in ([], ["verify"]):
        raise UsageError(f"%sre audit {' '.join(words)} is not known", "%sre audit, %sre audit verify")
    if not words:
        for line in lines(settings):
            print(visible(line))
    found = problems(settings)
    print("\n".join(found) if found else "Nobody edited the audit: every line holds the hash of the one before it.")


def _undo(words: list[str], handle: Handle) -> None:
    raise UsageError(
        f"%sre undo {' '.join(words)} is not known", "write %sre undo E9 on a line of its own; E9 is what was done"
    )


def _fork(words: list[str], handle: Handle) -> None:
    # With a step it waits for the model, and comes another way: see `rewriting`.
    forking.options(" ".join(map(shlex.quote, words)))
    raise UsageError("%sre fork stands on a line of its own", "%sre fork 4 --edit")


def _verify(words: list[str], handle: Handle) -> None:
    raise UsageError(
        f"%sre verify {' '.join(words)} is not known",
        "write %sre verify, %sre verify --all or %sre verify E3 on a line of its own",
    )


def _sources(words: list[str], handle: Handle) -> None:
    raise UsageError(f"%sre sources {' '.join(words)} is not known", "write %sre sources on a line of its own")


def _evidence(words: list[str], handle: Handle) -> Any:
    if words:
        from aisre_nb.render.show import Shown

        return Shown.evidence(handle.E[words[0]], handle.last.report)
    print(repr(handle.E))
    return None


def _note(words: list[str], handle: Handle) -> None:
    from aisre_nb.notebook.citing import note

    kept = note(handle.last, get_ipython(), " ".join(words))
    print(f"{kept.id} {kept.summary}")


def _sandbox(words: list[str], handle: Handle) -> None:
    from aisre_nb.notebook.frontend import front_end
    from aisre_nb.notebook.progress import Progress
    from aisre_nb.sandbox import scenarios
    from aisre_nb.session.start import make_world
    from aisre_nb.session.worlds import open_folder

    if not words:
        for scenario in scenarios():
            print(f"{scenario.name:<24}{scenario.difficulty:<8}{scenario.title}")
        return
    name, seed, hard = _which(words)
    progress = Progress(live=front_end(get_ipython()) == "panel")
    folder = make_world(handle.settings, name, seed, progress, hard=hard)
    _let_go(handle)
    handle.sources = open_folder(folder)
    which = f"{name}, seed {seed}{', hard' if hard else ''}"
    progress.done(f"The next %%sre looks at {which}. Its question: {handle.sources.question}")


def _which(words: list[str]) -> tuple[str, int, bool]:
    """The world's name, its seed, and whether it is a hard one."""
    match [word for word in words if word != "--hard"]:
        case [name]:
            return name, 1, "--hard" in words
        case [name, "--seed", seed] if seed.isdigit():
            return name, int(seed), "--hard" in words
    raise UsageError(f"%sre sandbox {' '.join(words)} is not known", "%sre sandbox NAME --seed N --hard")


def _advance(words: list[str], handle: Handle) -> None:
    from aisre_nb.session.worlds import advance

    try:
        minutes = float(" ".join(words))
    except ValueError:
        raise UsageError(f"%sre advance {' '.join(words)} is not known", "%sre advance MINUTES") from None
    found = handle.investigation
    now = advance(found.sources if found else handle.sources, minutes)
    if found is not None:
        found.moved()
    print(f"{minutes:g} minutes passed: it is {now:%H:%M} UTC.")


def _reset(words: list[str], handle: Handle) -> None:
    _let_go(handle)
    print("The next %%sre begins a new investigation.")


def _let_go(handle: Handle) -> None:
    found, handle.investigation = handle.investigation, None
    if found is None:
        return
    if found.sources is handle.sources:
        # The world that %sre sandbox made serves the next investigation too.
        closing.later(found, sources=False)
    else:
        closing.later(found)


_DO: dict[str, Callable[[list[str], Handle], Any]] = {
    "help": _help,
    "status": _status,
    "model": _model,
    "tools": _tools,
    "mcp": serving.mcp,
    "policy": _policy,
    "sources": _sources,
    "audit": _audit,
    "undo": _undo,
    "verify": _verify,
    "fork": _fork,
    "diff": forking.diff,
    "evidence": _evidence,
    "note": _note,
    "report": showing.report,
    "postmortem": postmortem.postmortem,
    "show": showing.show,
    "resume": showing.resume,
    "replay": replaying.replay,
    "embed": embedding.embed,
    "prs": requests.prs,
    "sandbox": _sandbox,
    "advance": _advance,
    "reset": _reset,
}
