"""``%sre fork`` and ``%sre diff``: back to a step with something else, and two runs beside each other."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.display import display

from aisre_nb.errors import UsageError
from aisre_nb.notebook import serving
from aisre_nb.notebook.handle import Handle

if TYPE_CHECKING:
    from aisre_nb.notebook.transcript import Transcript
    from aisre_nb.record.branches import Run
    from aisre_nb.session.forking import Twist
    from aisre_nb.session.investigation import Investigation
    from aisre_nb.sources.sources import Sources

_KNOWN = '%sre fork N --edit, --set NAME=VALUE, --answer "…", --model M, --reject "…" or --approve; --record R'


class _Parser(argparse.ArgumentParser):
    """argparse ends the process on an error; a cell gets one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, _KNOWN)


def options(line: str) -> argparse.Namespace:
    """What stands behind ``%sre fork``. Raises `UsageError`."""
    made = _Parser(prog="%sre fork", add_help=False, allow_abbrev=False)
    made.add_argument("step", type=int)
    made.add_argument("--edit", action="store_true")
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    made.add_argument("--answer", default="")
    made.add_argument("--model", default="")
    made.add_argument("--reject", default=None, metavar="REASON")
    made.add_argument("--approve", action="store_true")
    made.add_argument("--record", default="")
    try:
        return made.parse_args(shlex.split(line))
    except ValueError as error:
        raise UsageError(f"%sre fork {line[:60]} cannot be read: {error}", _KNOWN) from None


async def fork(shell: Any, handle: Handle, line: str, body: str = "") -> None:
    """Run the branch; ``body`` holds the edited call as JSON. Raises an `AisreError`, which is shown as one line."""
    from aisre_nb.notebook import asking
    from aisre_nb.notebook.frontend import front_end
    from aisre_nb.notebook.interrupt import stoppable
    from aisre_nb.session import forking

    chosen = options(line)
    if handle.replay is not None:
        print("A replay asks nothing, so no branch is run: %sre reset ends it.")
        return
    mother, name = _mother(handle, chosen.record)
    call = _call(mother, chosen.step)
    if chosen.edit and not body.strip():
        _edit(shell, line, call)
        return
    twist = _twist(chosen, call, body, handle.settings.models)
    front = front_end(shell)

    async def work(transcript: Transcript) -> None:
        sources = _sources(mother)
        await serving.join(
            handle, mother, asking._approver(front, transcript.panel, mother.policy), transcript, told=False
        )
        inv, found = forking.forked(mother, name, twist, sources, handle.registry(sources), handle.settings.approve)
        handle.mother, handle.investigation = _run(mother, name), inv
        if mother.record is not None:
            # It is over: %sre resume may go on with it, in whatever kernel.
            mother.record.close()
        transcript.begin(inv)
        approver = asking._approver(front, transcript.panel, inv.policy)
        try:
            await forking.run(inv, found, twist, mother, approver, transcript)
        finally:
            transcript.close()
            _show(handle.mother, _run(inv, inv.record.folder.name if inv.record else "fork"))

    await stoppable(asking._watched(front, work))


def diff(words: list[str], handle: Handle) -> None:
    """Two records; without names the latest branch and what it left; with one, it and the latest run."""
    latest = handle.investigation
    here = _run(latest, latest.record.folder.name if latest and latest.record else "this one") if latest else None
    named = [_recorded(handle, word) for word in words]
    if len(named) == 2:
        first, second = named
    elif not named and handle.mother is not None and here is not None:
        first, second = handle.mother, here
    elif len(named) == 1 and here is not None:
        first, second = named[0], here
    else:
        raise UsageError("it is not said which two runs", "%sre diff RECORD RECORD; after %sre fork just %sre diff")
    _show(first, second)


def _show(first: Run, second: Run) -> None:
    from aisre_nb.record.branches import compare
    from aisre_nb.render.side_by_side import bundle

    display(bundle(compare(first, second)), raw=True)


def _run(found: Investigation, name: str) -> Run:
    from aisre_nb.record.branches import Run

    return Run(name, tuple(found.events))


def _recorded(handle: Handle, word: str) -> Run:
    from aisre_nb.record.branches import Run
    from aisre_nb.record.record import Record

    folder = _folder(handle, word)
    return Run(folder.name, Record.load(folder).events)


def _folder(handle: Handle, word: str) -> Path:
    named = Path(word).expanduser()
    return named if named.is_dir() else handle.settings.record_dir / named


def _mother(handle: Handle, record: str) -> tuple[Investigation, str]:
    """The latest investigation, or that of a record; with the name of its record."""
    if not record:
        found = handle.last
        return found, found.record.folder.name if found.record else "this one"
    from aisre_nb.record.record import Record
    from aisre_nb.session.reading import opened

    kept = Record.load(_folder(handle, record))
    return opened(handle.settings, kept, handle.registry()), kept.folder.name


def _sources(mother: Investigation) -> Sources:
    """Its own; of one that was only read from its record, those that the record names."""
    from aisre_nb.record.events import Asked
    from aisre_nb.session.resumed import sources_of

    if mother.sources.all or mother.record is None:
        return mother.sources
    told = any(isinstance(event, Asked) and event.where for event in mother.events)
    return sources_of(mother.record) if told else mother.sources


def _call(mother: Investigation, step: int) -> dict[str, Any]:
    from aisre_nb.session.prefix import cut

    found = cut(mother.events, step).call
    return {"tool": found.name, "arguments": dict(found.arguments)}


def _edit(shell: Any, line: str, call: Mapping[str, Any]) -> None:
    """A new cell with the call, to be edited and run."""
    rest = " ".join(shlex.quote(word) for word in shlex.split(line) if word != "--edit")
    shell.set_next_input(f"%%sre --fork {shlex.quote(rest)}\n{json.dumps(call, indent=1, ensure_ascii=False)}")
    print("The next cell holds the call: edit its arguments, and run it.")


def _twist(chosen: argparse.Namespace, call: Mapping[str, Any], body: str, models: Mapping[str, Any]) -> Twist:
    from aisre_nb.models.choose import choose
    from aisre_nb.session.forking import Twist

    changed = dict(_named(pair) for pair in chosen.set)
    whole = bool(body.strip())
    if whole:
        changed = _edited(body, call) | changed
        if changed == call["arguments"] and not chosen.model:
            raise UsageError("the call is as it was", "edit one of its arguments")
    if chosen.reject is not None and chosen.approve:
        raise UsageError("a change is rejected or approved, not both", _KNOWN)
    verdict = "reject" if chosen.reject is not None else "approve" if chosen.approve else ""
    model = choose(chosen.model, os.environ, models) if chosen.model else None
    return Twist(chosen.step, changed, whole, chosen.answer, model, verdict, chosen.reject or "")


def _named(pair: str) -> tuple[str, Any]:
    """``name=value``; a value that is JSON is what it says, all others are texts."""
    name, found, value = pair.partition("=")
    if not found or not name.isidentifier():
        raise UsageError(f"--set {pair[:40]!r} names no argument", "write --set since=4h")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _edited(body: str, call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the edited call."""
    try:
        told = json.loads(body)
        arguments = dict(told["arguments"])
        tool = told["tool"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"the call cannot be read: {error}", '{"tool": …, "arguments": {…}}') from None
    if tool != call["tool"]:
        raise UsageError(f"step's tool is {call['tool']}, not {tool}", "fork at a step of that tool")
    return arguments
