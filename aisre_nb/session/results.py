"""What came of calls: kept as evidence and step, and handed back to the model."""

from __future__ import annotations

from aisre_nb.models.base import (
    AssistantMessage,
    CallResult,
    ResultsMessage,
    ToolCall,
)
from aisre_nb.record.events import ToolFinished
from aisre_nb.session import calls
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.step import Step


def kept(inv: Investigation, n: int, outcome: calls.Outcome, why: str) -> CallResult:
    """Number the result, note the step, and say what the model reads."""
    call, name = outcome.call, outcome.call.name
    effect = outcome.tool.effect if outcome.tool else "read"
    arguments = inv.redactor.value(dict(outcome.arguments))
    inv.budget.waited += outcome.waited
    evidence, error = None, inv.redactor.text(outcome.error)
    if outcome.result is not None:
        try:
            evidence = inv.keep(outcome.result, name, outcome.arguments)
        except Exception as failure:
            # What a user's function returned may be anything; it must not end the investigation.
            told = " ".join(inv.redactor.text(str(failure)).split())[:200]
            error = f"{name}: its result cannot be kept ({type(failure).__name__}: {told})"
    notes = [inv.redactor.text(note) for note in outcome.result.notes] if outcome.result else []
    for gap in (error if outcome.gap else "", *notes):
        if gap and gap not in inv.gaps:
            inv.gaps.append(gap)
    seconds = max(0.0, outcome.seconds - outcome.waited)
    inv.steps.append(Step(n, name, arguments, effect, evidence, error, False, seconds, outcome.decision, why))
    text = evidence.text if evidence else error
    inv.emit(
        ToolFinished(
            n=n,
            call_id=call.id,
            tool=name,
            arguments=arguments,
            effect=effect,
            evidence=evidence.id if evidence else "",
            error=error,
            text=text,
            seconds=round(seconds, 3),
        )
    )
    if evidence is None:
        return CallResult(call.id, inv.context.wrapped(error, name), is_error=True)
    wrapped = inv.context.wrapped(text, name, evidence.id, flagged=evidence.id in inv.flagged)
    return CallResult(call.id, wrapped, evidence=evidence.id)


def reused(inv: Investigation, call: ToolCall, evidence: str) -> CallResult:
    """For a call that was made before: where its result is."""
    inv.emit(
        ToolFinished(
            n=len(inv.steps),
            call_id=call.id,
            tool=call.name,
            arguments=inv.redactor.value(dict(call.arguments)),
            evidence=evidence,
            reused=True,
            text=f"the same call as {evidence}",
        )
    )
    return CallResult(call.id, f"This was asked before: see {evidence}. Ask something else.", evidence=evidence)


def hand_back(inv: Investigation, message: AssistantMessage, results: dict[str, CallResult], missing: str) -> None:
    """Every call gets a result, whatever happened: without it no model can go on with the conversation."""
    inv.messages.append(
        ResultsMessage(tuple(results.get(c.id) or CallResult(c.id, missing, is_error=True) for c in message.calls))
    )
