"""Back to a step with something else, and on from there: what did not change is reused, what changes asks anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aisre_nb.approval.decision import Approver
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import ToolError, UsageError
from aisre_nb.evidence.digest import canonical
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.models.base import Model, ToolCall
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided, Event, EvidenceKept, Forked, Noted, ToolFinished, ToolStarted
from aisre_nb.record.record import Record
from aisre_nb.report.report import Report
from aisre_nb.session import calls, prefix
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.loop import go_on
from aisre_nb.session.results import kept
from aisre_nb.session.watcher import Watcher
from aisre_nb.session.who import who
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry


@dataclass(frozen=True)
class Twist:
    """What is another one from the step on; exactly one of them, and the model may be another one besides."""

    step: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """In the place of the call's own."""
    whole: bool = False
    """They are all of its arguments: what is not among them is left out."""
    answer: str = ""
    """What the model reads instead of the result."""
    model: Model | None = None
    verdict: str = ""
    """``approve`` or ``reject``, of a change."""
    reason: str = ""

    def given(self, call: ToolCall) -> dict[str, Any]:
        """The call's arguments now."""
        return dict(self.arguments) if self.whole else {**call.arguments, **self.arguments}

    def words(self, call: ToolCall) -> str:
        """What is another one now."""
        given = self.given(call)
        names = [k for k in {**call.arguments, **given} if call.arguments.get(k) != given.get(k)]
        parts = [f"{k}: {call.arguments.get(k)!r} → {given.get(k)!r}" for k in names]
        parts += [f"answered by hand: {self.answer[:80]!r}"] if self.answer else []
        parts += [f"{self.verdict}: {self.reason}".rstrip(": ")] if self.verdict else []
        parts += [f"model {self.model.name}"] if self.model is not None else []
        return f"{call.name}: {'; '.join(parts)}"


def forked(
    mother: Investigation, name: str, twist: Twist, sources: Sources, registry: Registry, approve: str = "read"
) -> tuple[Investigation, prefix.Cut]:
    """The branch up to its fork, with a record of its own; ``name`` is that of the mother's record.

    ``approve``: what runs in it without asking; what the mother's cell was allowed was for that cell.

    Raises `UsageError` where nothing is another one, or the step is none of a model's, `ToolError` for arguments that
    do not fit.
    """
    found = prefix.cut(mother.events, twist.step)
    if twist.arguments:
        registry.validate(found.call.name, twist.given(found.call))
    if twist.verdict and registry.get(found.call.name).effect != "change":
        raise UsageError(f"step {twist.step} is no change, so nobody decided it", "fork it with --set or --answer")
    if not (twist.arguments or twist.answer or twist.verdict or twist.model):
        raise UsageError(
            "it is not said what is another one", "--set NAME=VALUE, --answer, --model, --reject, --approve"
        )
    settings = mother.settings.updated(approve=approve)
    record = Record.create(settings.record_dir, f"fork {twist.step} {found.question}")
    inv = Investigation(
        settings, sources, twist.model or mother.model, registry, Policy.parse(settings.approve), record, (),
        Audit(settings.audit), mother.where, Redactor(emails=settings.redact_emails),
    )  # fmt: skip
    # "2h ago" is two hours before what was now then.
    inv.now = mother.now
    inv.introduced = True
    told = Forked(record=name, step=twist.step, what=inv.redactor.text(twist.words(found.call)))
    prefix.laid(inv, mother, [told, *found.events])
    prefix.talk(inv, mother, found.events)
    inv.reusable = _reusable(mother, found)
    moved = [e.tool for e in mother.events[len(found.events) :] if isinstance(e, ToolFinished) and _moves(e, registry)]
    if moved:
        said = f"since then {', '.join(dict.fromkeys(moved))} ran: what is asked anew sees the world as it is now"
        inv.emit(Noted(text=said, level="warning"))
    return inv, found


async def run(
    inv: Investigation, found: prefix.Cut, twist: Twist, mother: Investigation, approver: Approver, watcher: Watcher
) -> Report:
    """The step with what is another one, then the loop to its report. Raises as `Investigation.ask` does."""
    inv.watcher = watcher
    if twist.arguments or twist.answer or twist.verdict:
        prefix.laid(inv, mother, [found.turn, *found.beside])
        call = ToolCall(found.call.id, found.call.name, twist.given(found.call))
        outcome = await _outcome(inv, found.step.n, call, twist, approver)
        result = kept(inv, found.step.n, outcome, found.turn.text)
        prefix.order(inv.steps)
        prefix.answered(inv, found, call, result)
    inv.budget.steps = len(inv.steps)
    return await go_on(inv, found.question, approver)


async def _outcome(inv: Investigation, n: int, call: ToolCall, twist: Twist, approver: Approver) -> calls.Outcome:
    if twist.answer:
        told = {"by": who(), "instead_of": f"{call.name}({canonical(call.arguments)})"}
        result = ToolResult(
            "text", f"{call.name}, as {who()} has it", twist.answer[:300], facts=told, text=twist.answer, source=who()
        )
        inv.emit(_started(inv, n, call, "read"))
        return calls.Outcome(call, inv.registry.get(call.name), call.arguments, result)
    try:
        tool, arguments = calls.prepare(inv.registry, call)
    except ToolError as error:
        return calls.Outcome(call, None, call.arguments, error=str(error))
    inv.emit(_started(inv, n, call, tool.effect))
    if twist.verdict == "reject":
        given = inv.redactor.value(arguments.model_dump(mode="json"))
        decided = Decided(
            n=n, call_id=call.id, tool=call.name, verdict="reject", channel="fork", who=who(),
            reason=inv.redactor.text(twist.reason), proposed=given, final=given,
        )  # fmt: skip
        inv.emit(decided)
        why = f"Not run: rejected by {who()}: {twist.reason or 'no reason given'}."
        return calls.Outcome(call, tool, call.arguments, error=why, decision=decided)
    return await calls.run(n, call, tool, arguments, inv.tool_context(), inv.desk(approver), "forked")


def _started(inv: Investigation, n: int, call: ToolCall, effect: Any) -> Event:
    return ToolStarted(
        n=n, call_id=call.id, tool=call.name, arguments=inv.redactor.value(dict(call.arguments)), effect=effect
    )


def _reusable(mother: Investigation, found: prefix.Cut) -> dict[str, Evidence]:
    """The reads of the mother's after the fork, until something moved the world; by their call."""
    kept_: dict[str, Evidence] = {}
    for event in mother.events[len(found.events) :]:
        if isinstance(event, ToolFinished) and _moves(event, mother.registry):
            break
        if isinstance(event, EvidenceKept) and event.id in mother.evidence and event.id != found.step.evidence:
            evidence = mother.evidence[event.id]
            kept_.setdefault(f"{evidence.tool} {canonical(evidence.arguments)}", evidence)
    return kept_


def _moves(event: ToolFinished, registry: Registry) -> bool:
    return event.tool in registry.names() and registry.get(event.tool).moves and not event.error
