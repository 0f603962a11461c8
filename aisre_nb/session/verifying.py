"""The queries of an investigation are asked again now, each over the window that it had then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aisre_nb.approval.decision import Approver
from aisre_nb.errors import AisreError, ToolError, UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.secrets import MASK
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Asked, Event, EvidenceKept, Verified
from aisre_nb.record.then_and_now import Compared, compare
from aisre_nb.report.report import Report
from aisre_nb.session import calls
from aisre_nb.session.desk import Desk
from aisre_nb.session.investigation import Investigation
from aisre_nb.times import instant
from aisre_nb.tools.tool import Tool

Progress = Callable[[str, float], None]

_OWN = frozenset({"", "cite", "note"})
"""What a person kept by themselves."""
_LOOKS_BACK = frozenset({"read_evidence"})
"""Tools that look into what was kept, and ask no source."""


async def verify(
    inv: Investigation, numbers: Sequence[str], *, approver: Approver, progress: Progress | None = None
) -> list[Compared]:
    """Ask these again, one after the other, and write what came of it into the record.

    Reads alone, under the policy. A query that fails is a row that says so. Raises `UsageError` for an unknown number.
    """
    unknown = [number for number in numbers if number not in inv.evidence]
    if unknown:
        raise UsageError(f"there is no {unknown[0][:40]}", f"there are {', '.join(inv.evidence) or 'none yet'}")
    moments, desk = moments_of(inv.events, inv.evidence), inv.desk(approver)
    found = []
    for place, number in enumerate(numbers):
        then = inv.evidence[number]
        if progress is not None:
            progress(f"asking {number} again: {then.tool}", place / len(numbers))
        found.append(await _again(inv, desk, then, moments.get(number, inv.now)))
    inv.emit(Verified(rows=[inv.redactor.value(one.row()) for one in found]))
    return found


def cited(inv: Investigation) -> list[str]:
    """The evidence that the report cites, by number; all of it where there is no report."""
    if inv.report is None:
        return list(inv.evidence)
    wanted = set(_cited(inv.report))
    return [number for number in inv.evidence if number in wanted]


def _cited(report: Report) -> Iterable[str]:
    claims = [*report.claims, *report.contributing, *report.impact]
    checked = [*((c.evidence, c.check) for c in claims), *((h.evidence, h.check) for h in report.hypotheses)]
    for numbers, check in checked:
        yield from numbers
        if check is not None:
            yield from (check.evidence, check.than_evidence)
    for entry in report.timeline:
        yield from entry.evidence
    for remedy in report.remediation:
        yield from remedy.evidence
    yield from report.root_cause.evidence if report.root_cause else ()


def moments_of(events: Iterable[Event], evidence: Mapping[str, Evidence]) -> dict[str, datetime]:
    """What "now" was when each was fetched: an alert is asked for at an instant, and has no window."""
    found: dict[str, datetime] = {}
    now: datetime | None = None
    for event in events:
        if isinstance(event, Asked) and event.now is not None:
            now = event.now
        elif isinstance(event, EvidenceKept) and event.id in evidence:
            one = evidence[event.id]
            # Time may have passed since the question: an action or a wait says until when.
            later = [one.window.end if one.window else None, *_told(one.facts)]
            now = max((at for at in (now, *later) if at is not None), default=None)
            if now is not None:
                found[event.id] = now
    return found


def _told(facts: Mapping[str, Any]) -> Iterable[datetime]:
    for name in ("now", "at"):
        try:
            if isinstance(facts.get(name), str):
                yield instant(facts[name])
        except AisreError:
            continue


async def _again(inv: Investigation, desk: Desk, then: Evidence, moment: datetime) -> Compared:
    start = time.monotonic()
    try:
        tool = inv.registry.get(then.tool)
    except ToolError:
        return Compared(then, "not asked again", _no_question(then) or f"there is no tool {then.tool!r} here")
    why = _no_question(then) or _not_asked(tool, then)
    if why:
        return Compared(then, "not asked again", why)
    # The window of then, to the microsecond, and not as many hours before now.
    given = dict(then.arguments)
    if then.window is not None and {"since", "until"} <= set(tool.arguments.model_fields):
        given |= {"since": then.window.start.isoformat(), "until": then.window.end.isoformat()}
    try:
        _, arguments = calls.prepare(inv.registry, ToolCall(f"verify-{then.id}", then.tool, given))
    except ToolError as error:
        return Compared(then, "not asked again", inv.redactor.text(error.message))
    call = ToolCall(f"verify-{then.id}", then.tool, arguments.model_dump(mode="json"))
    context = replace(inv.tool_context(), now=moment, evidence={})
    outcome = await calls.run(0, call, tool, arguments, context, desk, f"ask {then.id} again")
    seconds = max(0.0, time.monotonic() - start - outcome.waited)
    if outcome.result is not None:
        return compare(then, _masked(inv, outcome.result), seconds)
    why = inv.redactor.text(outcome.error)
    if outcome.decision is not None and outcome.decision.verdict not in ("approve", "edit"):
        return Compared(then, "not asked again", why, seconds)
    return Compared(then, "expired" if outcome.missing else "failed", why, seconds)


def _no_question(then: Evidence) -> str:
    """Why it was no question to a source; empty where it was one."""
    if then.tool in _OWN:
        return "it is a person's own"
    if then.kind == "pull_request":
        return "it is a pull request, not a query"
    if then.tool in _LOOKS_BACK:
        return f"it looks into {then.facts.get('of', 'other evidence')}"
    return "what it brought then cannot be read" if then.frame is None and then.kind != "text" else ""


def _not_asked(tool: Tool, then: Evidence) -> str:
    if tool.effect == "change":
        return "it is what a change did, not a query"
    if tool.moves:
        return "it let time pass, which cannot be done again"
    return "its arguments hold a secret, which no record keeps" if MASK.search(str(dict(then.arguments))) else ""


def _masked(inv: Investigation, result: ToolResult) -> ToolResult:
    """As the evidence was before it was kept."""
    redactor = inv.redactor
    return replace(
        result,
        summary=redactor.text(result.summary),
        frame=None if result.frame is None else redactor.frame(result.frame),
        facts=redactor.value(dict(result.facts)),
    )
