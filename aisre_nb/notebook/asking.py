"""One ``%%sre`` cell: from its text to the report."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.notebook import closing, serving
from aisre_nb.notebook.frontend import FrontEnd, front_end
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.interpolation import interpolated
from aisre_nb.notebook.interrupt import stoppable
from aisre_nb.notebook.options import Options
from aisre_nb.settings import Settings

if TYPE_CHECKING:
    from aisre_nb.approval.card import Panel
    from aisre_nb.approval.decision import Approver
    from aisre_nb.approval.policy import Policy
    from aisre_nb.notebook.transcript import Transcript
    from aisre_nb.session.investigation import Investigation
    from aisre_nb.session.step import Step


async def ask(shell: Any, handle: Handle, options: Options, cell: str) -> None:
    """Investigate. Raises an `AisreError`, which IPython shows as one line, and which fails the cell."""
    question = interpolated(cell, shell.user_ns, shell.user_ns_hidden).strip()
    if not question:
        raise UsageError("the cell has no question", "write it below %%sre")
    if handle.replay is not None:
        from aisre_nb.notebook import replaying

        replaying.ask(handle, handle.replay, question)
    else:
        settings = handle.settings.updated(**options.settings)
        await stoppable(_asked(handle, settings, options, question, front_end(shell)))
    if options.out and handle.last.report is not None:
        shell.user_ns[options.out] = handle.last.report


async def undo(shell: Any, handle: Handle, step: str) -> None:
    """Take back what a result says was done, as a change that is shown and asked for."""
    handle.last  # noqa: B018 - says what to do where nothing was investigated yet
    await act(shell, handle, "undo_action", {"step": step}, f"undo {step}")


async def act(shell: Any, handle: Handle, tool: str, arguments: dict[str, Any], said: str) -> Step:
    """One call that the person makes, by the door that the agent's calls go through."""
    from aisre_nb.models.base import ToolCall

    if handle.replay is not None:
        from aisre_nb.notebook import replaying

        return replaying.act(handle, handle.replay, tool, arguments)
    done: list[Step] = []

    async def work(transcript: Transcript) -> None:
        found = handle.investigation
        if found is None or _only_read(found):
            handle.investigation = found = await _begun(handle, handle.settings, said or tool, transcript)
        transcript.begin(found)
        call = ToolCall(f"person-{len(found.steps) + 1}", tool, arguments)
        approver = _approver(front, transcript.panel, found.policy)
        await serving.join(handle, found, approver, transcript)
        done.append(await found.act(call, said, approver=approver, watcher=transcript))

    front = front_end(shell)
    await stoppable(_watched(front, work))
    return done[0]


async def _watched(front: FrontEnd, work: Callable[[Transcript], Awaitable[None]]) -> None:
    """With a panel of its own, where there is somebody."""
    from aisre_nb.notebook.transcript import Transcript

    transcript = Transcript(_panel(front), talks=front == "stdin")
    try:
        await work(transcript)
    finally:
        transcript.close()


def _panel(front: FrontEnd) -> Panel | None:
    if front != "panel":
        return None
    from aisre_nb.approval.card import Panel

    return Panel(status="Starting …")


async def _asked(handle: Handle, settings: Settings, options: Options, question: str, front: FrontEnd) -> None:
    async def work(transcript: Transcript) -> None:
        if handle.investigation is None or _only_read(handle.investigation):
            handle.investigation = await _begun(handle, settings, question, transcript)
        else:
            _goes_on(handle.investigation, settings, options)
        transcript.begin(handle.investigation)
        approver = _approver(front, transcript.panel, handle.investigation.policy)
        await serving.join(handle, handle.investigation, approver, transcript)
        await handle.investigation.ask(question, approver=approver, watcher=transcript)

    await _watched(front, work)


async def _begun(handle: Handle, settings: Settings, question: str, transcript: Transcript) -> Investigation:
    from aisre_nb.mcp.joining import alone
    from aisre_nb.session.start import start

    loop = asyncio.get_running_loop()

    def progress(text: str, fraction: float) -> None:
        loop.call_soon_threadsafe(transcript.progress, text, fraction)

    # In a thread, for it may take seconds: the panel stays alive and the stop button works.
    # What another process writes was opened to be read: a new record is begun, of the same sources.
    read = handle.investigation
    sources = read.sources if read is not None and read.sources.all else handle.sources
    sources = sources or alone(settings)
    registry = handle.registry(sources)
    begin = partial(start, sources=sources, registry=registry, question=question, progress=progress)
    beginning = asyncio.ensure_future(asyncio.to_thread(begin, settings))
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        beginning.add_done_callback(_let_go)
        raise


def _only_read(found: Investigation) -> bool:
    return found.record is not None and not found.record.writable


def _let_go(beginning: asyncio.Future[Investigation]) -> None:
    """Nobody waits any more for what was begun; it must not keep its record locked."""
    if not beginning.cancelled() and beginning.exception() is None:
        closing.later(beginning.result())


def _goes_on(found: Investigation, settings: Settings, options: Options) -> None:
    """The same investigation, with what this cell changed; the model stays until another one is named."""
    from aisre_nb.approval.policy import Policy
    from aisre_nb.models.choose import choose

    named = options.model or found.settings.model
    then = options.then or found.settings.then
    if (named, then) != (found.settings.model, found.settings.then):
        found.model = choose(named, os.environ, settings.models, then)
    # What a rule let through, and what was granted, goes on while the policy is the same.
    if settings.approve != found.settings.approve:
        found.policy = Policy.parse(settings.approve)
    found.settings = settings.updated(model=named, then=then)


def _approver(front: FrontEnd, panel: Panel | None, policy: Policy) -> Approver:
    from aisre_nb.approval.automatic import AutomaticApprover
    from aisre_nb.approval.click import PanelApprover
    from aisre_nb.approval.prompt import PromptApprover
    from aisre_nb.session.who import who

    if panel is not None:
        return PanelApprover(panel, who(), PromptApprover(who=who()))
    return PromptApprover(who=who()) if front == "stdin" else AutomaticApprover(policy, who())
