"""An investigation up to a step, built anew from another one's events: its conversation, evidence, steps and record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aisre_nb.errors import UsageError
from aisre_nb.models.base import AssistantMessage, CallResult, ResultsMessage, ToolCall, UserMessage
from aisre_nb.record.events import (
    Asked,
    Decided,
    Event,
    EvidenceKept,
    ModelTurn,
    Noted,
    Reported,
    ToolFinished,
    ToolStarted,
)
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reporting import SUBMIT
from aisre_nb.session.step import Step

_BY_HAND = "person-"


@dataclass(frozen=True)
class Cut:
    """Where an investigation is cut in two."""

    events: tuple[Event, ...]
    """All before the turn that made the step."""
    turn: ModelTurn
    """That turn."""
    beside: tuple[Event, ...]
    """What came of the turn's other calls, reads alone."""
    call: ToolCall
    """The step's call."""
    step: ToolFinished
    question: str


def cut(events: Sequence[Event], n: int) -> Cut:
    """Before step ``n``. Raises `UsageError`: no such step, or one that a person made."""
    place = next((k for k, e in enumerate(events) if isinstance(e, ToolFinished) and e.n == n and not e.reused), None)
    if place is None:
        known = [e.n for e in events if isinstance(e, ToolFinished) and not e.reused]
        raise UsageError(f"there is no step {n}", f"the steps are 1 to {max(known)}" if known else "ask first: %%sre")
    step = events[place]
    assert isinstance(step, ToolFinished)
    start = max((k for k, e in enumerate(events[:place]) if isinstance(e, ModelTurn)), default=-1)
    turn = events[start] if start >= 0 else None
    call = next((c for c in turn.calls if c["id"] == step.call_id), None) if isinstance(turn, ModelTurn) else None
    if not isinstance(turn, ModelTurn) or call is None:
        raise UsageError(f"step {n} was made by a person, not by a model", "fork at a step of the model's")
    end = next((k for k, e in enumerate(events[place:], place) if isinstance(e, ModelTurn | Asked)), len(events))
    # A read beside it was made at the same time; a change after it was made on the other way.
    done = [e for e in events[start:end] if isinstance(e, ToolFinished)]
    reads = {e.n for e in done if e.effect == "read" or e.n < n}
    question = next(e.question for e in reversed(events[:start]) if isinstance(e, Asked))
    beside = tuple(e for e in events[start + 1 : end] if _of(e, events[start:end]) in reads - {n})
    arguments = dict(call.get("arguments", {}))
    return Cut(tuple(events[:start]), turn, beside, ToolCall(step.call_id, step.tool, arguments), step, question)


def laid(inv: Investigation, mother: Investigation, events: Sequence[Event]) -> None:
    """Put what these events say into ``inv`` and its record."""
    steps = {step.n: step for step in mother.steps}
    for event in events:
        match event:
            case EvidenceKept():
                evidence = mother.evidence[event.id]
                inv.evidence.put(evidence)
                if inv.record is not None:
                    inv.events.append(inv.record.keep(evidence))
                continue
            case ToolFinished(reused=False) if event.n in steps:
                inv.steps.append(steps[event.n])
            case _:
                pass
        inv.events.append(event)
        if inv.record is not None:
            inv.record.append(event)


def talk(inv: Investigation, mother: Investigation, events: Sequence[Event]) -> None:
    """Say the conversation anew. Thinking is left out: it is bound to words that are others now."""
    open_: AssistantMessage | None = None
    results: dict[str, CallResult] = {}
    reported = False

    def close() -> None:
        nonlocal open_
        if open_ is not None and open_.calls:
            inv.messages.append(ResultsMessage(tuple(results.get(c.id) or _unsaid(c, reported) for c in open_.calls)))
        open_ = None
        results.clear()

    for event in events:
        match event:
            case Asked():
                close()
                inv.messages.append(UserMessage(event.question))
            case ModelTurn():
                close()
                reported = False
                calls = tuple(ToolCall(c["id"], c["name"], dict(c.get("arguments", {}))) for c in event.calls)
                open_ = AssistantMessage(event.text, calls)
                inv.messages.append(open_)
            case Reported():
                reported = True
            case ToolFinished() if event.call_id.startswith(_BY_HAND):
                inv.messages.append(UserMessage(f"Meanwhile a person did this without you: {_result(inv, event).text}"))
            case ToolFinished():
                results[event.call_id] = _result(inv, event)
            case EvidenceKept() if event.data.get("tool") in ("cite", "note"):
                kept = mother.evidence[event.id]
                inv.messages.append(UserMessage(inv.context.wrapped(kept.text, kept.tool, kept.id)))
            case _:
                pass
    close()


def answered(inv: Investigation, found: Cut, call: ToolCall, result: CallResult) -> None:
    """The turn with its step's call and result in the place of what they were."""
    results = {e.call_id: _result(inv, e) for e in found.beside if isinstance(e, ToolFinished)}
    calls = tuple(
        replace(call, id=c["id"]) if c["id"] == call.id else ToolCall(c["id"], c["name"], dict(c.get("arguments", {})))
        for c in found.turn.calls
    )
    inv.messages.append(AssistantMessage(found.turn.text, calls))
    results[call.id] = result
    inv.messages.append(ResultsMessage(tuple(results.get(c.id) or _unsaid(c, False) for c in calls)))


def order(steps: list[Step]) -> None:
    """By their numbers."""
    steps.sort(key=lambda step: step.n)


def _result(inv: Investigation, event: ToolFinished) -> CallResult:
    if event.error or not event.evidence:
        return CallResult(event.call_id, inv.context.wrapped(event.error or event.text, event.tool), is_error=True)
    return CallResult(
        event.call_id, inv.context.wrapped(event.text, event.tool, event.evidence), evidence=event.evidence
    )


def _unsaid(call: ToolCall, reported: bool) -> CallResult:
    if call.name == SUBMIT and reported:
        return CallResult(call.id, "The report is kept.")
    if call.name == SUBMIT:
        return CallResult(call.id, "Some sentences of it did not hold.", is_error=True)
    return CallResult(call.id, "not run", is_error=True)


def _of(event: Event, around: Sequence[Event]) -> int:
    """The step that an event belongs to; 0 for none."""
    if isinstance(event, ToolStarted | ToolFinished | Decided):
        return event.n
    if isinstance(event, EvidenceKept):
        return next((e.n for e in around if isinstance(e, ToolFinished) and e.evidence == event.id), 0)
    return 0 if isinstance(event, Noted) else -1
