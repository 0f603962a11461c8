"""When it began, and one line for each thing that happened: from the report's timeline and from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from aisre_nb.errors import AisreError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Asked, Decided, Event, Reported, ToolFinished
from aisre_nb.report.postmortem.clock import Clock
from aisre_nb.report.postmortem.document import Moment, Sentence
from aisre_nb.report.report import EntryKind, Report
from aisre_nb.times import instant

REQUEST = "Pull request: "
"""What a change that people still have to merge begins with."""


def onset_of(report: Report, evidence: Mapping[str, Evidence]) -> tuple[datetime | None, tuple[str, ...]]:
    """When it began, and what shows it: a claim that held, else a signal's change, else the first symptom."""
    for claim in sorted(report.claims, key=lambda one: not one.essential):
        check = claim.check
        if check and claim.result == "passed" and check.kind in ("changed", "onset") and check.direction == "up":
            return parsed(check.at), (check.evidence,)
    cited = [evidence[n] for one in report.claims for n in one.evidence if n in evidence]
    for one in cited:
        if one.kind == "metrics" and (at := parsed(str(one.facts.get("onset") or ""))):
            return at, (one.id,)
    symptoms = [t for t in report.timeline if t.kind == "symptom" and t.result != "failed"]
    return (parsed(symptoms[0].time), tuple(symptoms[0].evidence)) if symptoms else (None, ())


def moments(
    report: Report, evidence: Mapping[str, Evidence], events: Sequence[Event], onset: datetime | None
) -> list[Moment]:
    """By time, with the minutes since the onset."""
    told: list[tuple[datetime, EntryKind, Sentence]] = []
    for n, entry in enumerate(report.timeline, 1):
        if at := parsed(entry.time):
            sentence = Sentence(f"t{n}", entry.text, tuple(entry.evidence), entry.result, entry.detail)
            told.append((at, entry.kind, sentence))
    known = {sentence.evidence for _, kind, sentence in told if kind in ("action", "recovery")}
    for at, kind, text, cited in _recorded(evidence, events):
        if not cited or cited not in known:
            told.append((at, kind, Sentence(f"t{len(told) + 1}", text, cited)))
    told.sort(key=lambda one: one[0])
    return [Moment(at, kind, said, (at - onset).total_seconds() / 60 if onset else None) for at, kind, said in told]


def _recorded(
    evidence: Mapping[str, Evidence], events: Sequence[Event]
) -> list[tuple[datetime, EntryKind, str, tuple[str, ...]]]:
    """Questions, decisions on changes, looks whether it helped, and when the cause was reported."""
    clock = Clock(events)
    found: list[tuple[datetime, EntryKind, str, tuple[str, ...]]] = []
    finished = {event.n: event for event in events if isinstance(event, ToolFinished)}
    reported = [event for event in events if isinstance(event, Reported)]
    for event in events:
        match event:
            case Asked():
                by = f"{event.who} asked" if event.who else "asked"
                found.append((clock.of(event.at), "detection", f"{by}: {event.question}", ()))
            case Decided():
                found.append((clock.of(event.at), "action", *_decided(event, finished.get(event.n), evidence)))
            case ToolFinished(tool="verify") if event.evidence in evidence:
                look = evidence[event.evidence]
                at = parsed(str(look.facts.get("now") or "")) or clock.of(event.at)
                kind: EntryKind = "recovery" if look.facts.get("verdict") == "recovered" else "other"
                found.append((at, kind, look.summary, (look.id,)))
            case Reported() if event is reported[-1]:
                words = {"root_cause": "the cause was reported", "no_fault": "it was reported that nothing is wrong"}
                text = words.get(str(event.report.get("outcome")), "it was reported that the cause is not known")
                found.append((clock.of(event.at), "detection", text, ()))
            case _:
                pass
    return found


def _decided(
    event: Decided, done: ToolFinished | None, evidence: Mapping[str, Evidence]
) -> tuple[str, tuple[str, ...]]:
    """Who decided what, and what came of it."""
    title = str(event.view.get("title") or event.tool)
    title = f"{REQUEST}{title}" if event.tool == "create_pull_request" else title
    who = f"{event.who} ({event.channel})" if event.who else event.channel
    words = {"approve": "approved by", "edit": "approved as edited by", "reject": "rejected by", "stop": "stopped by"}
    text = f"{title}: not allowed" if event.verdict == "denied" else f"{title}: {words[event.verdict]} {who}"
    if event.reason and event.channel != "policy":
        text += f", “{event.reason}”"
    if done is not None and done.error and event.verdict in ("approve", "edit"):
        text += f"; it failed: {done.error}"
    return text, (done.evidence,) if done and done.evidence in evidence else ()


def parsed(text: str) -> datetime | None:
    """An instant, if it is one."""
    try:
        return instant(text) if text[:4].isdigit() else None
    except AisreError:
        return None
