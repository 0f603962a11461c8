"""The loop: the model's turn, its calls, their results, until the report or a limit."""

from __future__ import annotations

import asyncio

from aisre_nb.approval.decision import Approver
from aisre_nb.errors import ModelError, Stopped, ToolError
from aisre_nb.evidence.digest import canonical
from aisre_nb.evidence.result import as_result
from aisre_nb.models.base import (
    AssistantMessage,
    CallResult,
    Message,
    ToolCall,
    Turn,
    UserMessage,
)
from aisre_nb.record.events import Asked, Ended, Noted, ToolStarted
from aisre_nb.report.report import Report
from aisre_nb.session import calls
from aisre_nb.session.deciding import wanted
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reporting import SUBMIT, Reporting
from aisre_nb.session.results import hand_back, kept, reused
from aisre_nb.session.step import Step
from aisre_nb.session.turn import ask
from aisre_nb.session.who import who
from aisre_nb.tools.tool import Tool


async def investigate(inv: Investigation, question: str, approver: Approver) -> Report:
    """Run one question to its report. See `Investigation.ask` for what it raises."""
    inv.emit(_asked(inv, question))
    for note in () if inv.introduced else (*inv.notes, *inv.sources.notes):
        inv.emit(Noted(text=note))
    inv.introduced = True
    inv.messages.append(UserMessage(question))
    return await go_on(inv, question, approver)


async def go_on(inv: Investigation, question: str, approver: Approver) -> Report:
    """From where the conversation is to the report. See `Investigation.ask` for what it raises."""
    reporting = Reporting(inv, question)
    try:
        report = await _turns(inv, question, approver, reporting)
    except (asyncio.CancelledError, KeyboardInterrupt, Stopped):
        _answer_open_calls(inv, "stopped by the person")
        reporting.partial("the person stopped it")
        inv.emit(Ended(why="stopped"))
        raise
    except ModelError as error:
        _answer_open_calls(inv, "the model failed")
        inv.emit(Noted(text=str(error), level="error"))
        reporting.partial(inv.redactor.text(f"the model failed: {error.message}"))
        inv.emit(Ended(why="failed", detail=str(error)))
        raise
    inv.emit(Ended(why="limit" if report.partial else "answered", detail=report.partial))
    return report


def _asked(inv: Investigation, question: str) -> Asked:
    return Asked(
        question=question, model=inv.model.name, policy=inv.policy.describe(), who=who(), now=inv.now, where=inv.where
    )


async def act(inv: Investigation, call: ToolCall, said: str, approver: Approver, again: str = "") -> Step:
    """See `Investigation.act`. The model reads of it when it is asked again."""
    if not any(isinstance(event, Asked) for event in inv.events):
        # A record says what was asked, and of which sources, whoever asked.
        inv.emit(_asked(inv, said or call.name))
    elif said:
        inv.emit(Noted(text=f"{who()} asked: {said}"))
    n = max((step.n for step in inv.steps), default=0) + 1
    try:
        tool, arguments = calls.prepare(inv.registry, call)
        shown = inv.redactor.value(arguments.model_dump(mode="json"))
        inv.emit(ToolStarted(n=n, call_id=call.id, tool=tool.name, arguments=shown, effect=tool.effect))
        outcome = await calls.run(n, call, tool, arguments, inv.tool_context(), inv.desk(approver), said, again)
    except ToolError as error:
        outcome = calls.Outcome(call, None, call.arguments, error=str(error))
    result = kept(inv, n, outcome, said)
    if outcome.tool is not None and outcome.tool.moves and outcome.result is not None:
        inv.moved()
    inv.messages.append(UserMessage(f"Meanwhile {who()} did this without you: {said or call.name}. {result.text}"))
    if outcome.stop:
        raise Stopped("stopped: nothing further was run", "ask again to go on from here")
    return inv.steps[-1]


async def _turns(inv: Investigation, question: str, approver: Approver, reporting: Reporting) -> Report:
    nudged = False
    while True:
        limit = inv.budget.limit()
        if limit and not reporting.limit:
            inv.emit(Noted(text=f"{limit}: asking for the report so far", level="warning"))
            reporting.limit = limit
            inv.messages.append(UserMessage(f"{limit[0].upper()}{limit[1:]}. Call {SUBMIT} now with what is known."))
        elif limit and reporting.tries > 1:
            return reporting.partial(limit)
        reporting.tries += bool(limit)
        turn = await ask(inv, question, final=bool(limit))
        if turn.message.calls:
            await _calls(inv, turn, approver, reporting)
            if reporting.report is not None:
                return reporting.report
        elif turn.stop in ("max_tokens", "pause"):
            inv.budget.learned(False)
            if turn.stop == "max_tokens":
                inv.messages.append(UserMessage("Go on."))
        elif inv.report is not None:
            # A follow-up may be answered in words; the report that is there still stands.
            return reporting.again(turn.message.text)
        elif nudged or limit:
            return reporting.partial(limit or "the model ended without a report", turn.message.text)
        else:
            nudged = True
            inv.messages.append(UserMessage(f"Finish with {SUBMIT}: only what it holds is checked and kept."))


async def _calls(inv: Investigation, turn: Turn, approver: Approver, reporting: Reporting) -> None:
    """Run a turn's calls: reads side by side, changes one after the other, results in the order of the calls."""
    before = len(inv.evidence)
    results: dict[str, CallResult] = {}
    why = turn.message.text
    reads: list[tuple[int, ToolCall, asyncio.Task[calls.Outcome]]] = []

    async def collect() -> None:
        # Kept in the order of the calls, so that the same investigation numbers its evidence the same way.
        stop = False
        for n, call, task in reads:
            outcome = await task
            results[call.id] = kept(inv, n, outcome, why)
            # A read may ask the person, too.
            stop = stop or outcome.stop
        reads.clear()
        if stop:
            raise Stopped("stopped: nothing further was run", "ask again to go on from here")

    try:
        for told in turn.message.calls:
            call = ToolCall(told.id, *inv.registry.meant(told.name, told.arguments))
            if call.name == SUBMIT:
                await collect()
                results[call.id] = reporting.submitted(call)
                continue
            if reporting.limit:
                results[call.id] = CallResult(call.id, f"Not run: {reporting.limit}.", is_error=True)
                continue
            n = len(inv.steps) + len(reads) + 1
            try:
                tool, arguments = calls.prepare(inv.registry, call)
            except ToolError as error:
                await collect()
                inv.budget.steps += 1
                results[call.id] = kept(inv, n, calls.Outcome(call, None, call.arguments, error=str(error)), why)
                continue
            same = inv.evidence.find(tool.name, arguments.model_dump(mode="json")) if _repeats(tool) else None
            if same is not None:
                await collect()
                results[call.id] = reused(inv, call, same.id)
                continue
            inv.budget.steps += 1
            shown = inv.redactor.value(arguments.model_dump(mode="json"))
            inv.emit(ToolStarted(n=n, call_id=call.id, tool=tool.name, arguments=shown, effect=tool.effect))
            earlier = inv.reusable.get(f"{tool.name} {canonical(arguments.model_dump(mode='json'))}")
            if earlier is not None and _repeats(tool):
                await collect()
                results[call.id] = kept(inv, n, calls.Outcome(call, tool, earlier.arguments, as_result(earlier)), why)
                continue
            context = inv.tool_context()
            running = calls.run(n, call, tool, arguments, context, inv.desk(approver), why)
            if _repeats(tool) and inv.policy.ruling(wanted(tool, context, arguments))[0] == "run":
                reads.append((n, call, asyncio.ensure_future(running)))
                continue
            await collect()
            outcome = await running
            results[call.id] = kept(inv, n, outcome, why)
            if tool.moves and outcome.result is not None:
                inv.moved()
            if outcome.stop:
                raise Stopped("stopped: nothing further was run", "ask again to go on from here")
        await collect()
    finally:
        for _, _, task in reads:
            task.cancel()
        hand_back(inv, turn.message, results, "not run")
    inv.budget.learned(len(inv.evidence) > before)


def _repeats(tool: Tool) -> bool:
    """It only looks, so that it may run beside others, and the same call brings the same again."""
    return tool.effect == "read" and not tool.moves


def _answer_open_calls(inv: Investigation, why: str) -> None:
    last: Message | None = inv.messages[-1] if inv.messages else None
    if isinstance(last, AssistantMessage) and last.calls:
        hand_back(inv, last, {}, why)
