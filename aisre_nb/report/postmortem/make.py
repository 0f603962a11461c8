"""From a report and its record to the postmortem: what they say is put in its place, and nothing is added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Decided, Event, ToolFinished, Verified
from aisre_nb.report.postmortem import actions, conduct
from aisre_nb.report.postmortem.document import Again, Done, Exhibit, Obligation, Postmortem, Sentence, Status
from aisre_nb.report.postmortem.timeline import moments, onset_of
from aisre_nb.report.report import CheckedClaim, Report

_TITLE = 110
_STATUS: dict[str, Status] = {
    "recovered": "resolved",
    "improving": "improving",
    "unchanged": "not resolved",
    "worse": "not resolved",
}
_ORDER: tuple[Status, ...] = ("not resolved", "improving", "resolved")


def make(report: Report, evidence: Mapping[str, Evidence], events: Sequence[Event]) -> Postmortem:
    """The document. Pure: the same record gives the same one."""
    onset, shown_by = onset_of(report, evidence)
    status, detail, looked = _status(report, evidence)
    recovered = max((at for e in looked if (at := conduct.moment(e.facts.get("now")))), default=None)
    claims = sentences("c", report.claims)
    timeline = moments(report, evidence, events, onset)
    over = tuple(e.id for e in looked) if status == "resolved" else ()
    times = conduct.durations(timeline, onset, shown_by, recovered if over else None, over)
    incident = _incident(report, evidence)
    numbers = list(dict.fromkeys([*_cited(report), *evidence]))
    return Postmortem(
        title=_title(report, incident),
        question=report.question,
        status=status,
        status_detail=detail,
        status_evidence=tuple(e.id for e in looked),
        outcome=report.outcome,
        confidence=report.confidence,
        incident=str(incident.get("id") or ""),
        onset=onset,
        recovered=recovered if status == "resolved" else None,
        summary=_summary(report),
        impact=sentences("i", report.impact),
        timeline=tuple(timeline),
        root_cause=_cause(report),
        claims=claims,
        proof=tuple(
            Obligation(o.name, o.closed, o.detail, tuple(claims[n].key for n in o.claims if n < len(claims)))
            for o in report.proof
        ),
        contributing=sentences("f", report.contributing),
        found=_steps(events, evidence),
        considered=tuple(
            Sentence(f"h{n}", h.text, tuple(h.evidence), h.result, h.detail, h.check, h.verdict)
            for n, h in enumerate(report.hypotheses, 1)
        ),
        durations=tuple(times),
        went_well=tuple(conduct.well(report, evidence, timeline, onset, looked)),
        went_badly=tuple(conduct.badly(report, evidence, events, timeline, onset, looked)),
        lucky=(),
        actions=tuple(actions.of(report, evidence)),
        gaps=tuple(report.gaps),
        dropped=tuple(report.dropped),
        verified=tuple(_again(events)),
        verified_at=next((e.at for e in reversed(events) if isinstance(e, Verified)), None),
        exhibits=tuple(Exhibit.of(evidence[n]) for n in numbers if n in evidence),
        model=report.model,
        partial=report.partial,
    )


def sentences(prefix: str, claims: Sequence[CheckedClaim]) -> tuple[Sentence, ...]:
    """Claims, numbered from 1."""
    return tuple(
        Sentence(f"{prefix}{n}", c.text, tuple(c.evidence), c.result, c.detail, c.check)
        for n, c in enumerate(claims, 1)
    )


def _status(report: Report, evidence: Mapping[str, Evidence]) -> tuple[Status, str, list[Evidence]]:
    """What the latest look at each service says; the worst of them counts."""
    looks = {str(e.facts.get("service")): e for e in evidence.values() if e.tool == "verify" and e.facts.get("verdict")}
    told = [(known, e) for e in looks.values() if (known := _STATUS.get(str(e.facts["verdict"])))]
    if told:
        worst = min((status for status, _ in told), key=_ORDER.index)
        return worst, "; ".join(e.summary for status, e in told if status == worst), [e for _, e in told]
    if report.outcome == "no_fault":
        return "no fault", "nothing was found to be wrong", []
    return "not verified", "nobody looked again whether it is over", []


def _title(report: Report, incident: Mapping[str, Any]) -> str:
    if incident.get("title"):
        return f"{incident.get('id')}: {incident['title']}"
    cause = report.root_cause
    told = cause.summary if cause and report.outcome == "root_cause" else report.question
    # Its first clause: the rest stands in the summary.
    first = " ".join(told.split()).partition(": ")[0].partition(". ")[0].rstrip(".")
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rsplit(" ", 1)[0] + " …"


def _incident(report: Report, evidence: Mapping[str, Evidence]) -> Mapping[str, Any]:
    """The incident that was read, if its service is one of those that this is about."""
    services = report.root_cause.services if report.root_cause else []
    for one in reversed(list(evidence.values())):
        told = one.facts.get("incident")
        if isinstance(told, Mapping) and (told.get("service") in services or one.tool == "update_incident"):
            return told
    return {}


def _summary(report: Report) -> tuple[Sentence, ...]:
    return (*_cause(report), *sentences("i", report.impact[:1]))


def _cause(report: Report) -> tuple[Sentence, ...]:
    cause = report.root_cause
    if cause is None:
        return ()
    held = report.outcome == "root_cause" and not report.against
    return (
        Sentence(
            "r1",
            cause.summary,
            tuple(cause.evidence),
            "failed" if report.against else "none",
            "; ".join(report.against),
            label="" if held or report.against else "most likely, and not proved",
        ),
    )


def _steps(events: Sequence[Event], evidence: Mapping[str, Evidence]) -> tuple[Done, ...]:
    decisions = {e.n: e for e in events if isinstance(e, Decided)}
    found = []
    for event in events:
        if not isinstance(event, ToolFinished) or event.reused:
            continue
        one, decided = evidence.get(event.evidence), decisions.get(event.n)
        text = one.summary if one else event.error
        if decided is not None:
            text = f"{_verdict(decided)}: {text}"
        found.append(Done(event.n, event.tool, text, event.evidence, one is None))
    return tuple(found)


def _verdict(decided: Decided) -> str:
    words = {"approve": "approved", "edit": "approved as edited", "reject": "rejected", "stop": "stopped"}
    return "not allowed" if decided.verdict == "denied" else f"{words[decided.verdict]} by {decided.who}"


def _again(events: Sequence[Event]) -> list[Again]:
    latest = next((e for e in reversed(events) if isinstance(e, Verified)), None)
    rows = latest.rows if latest else []
    return [Again(*(str(row.get(name) or "") for name in ("evidence", "status", "detail"))) for row in rows]


def _cited(report: Report) -> list[str]:
    """Numbers of evidence, in the order in which a reader meets them."""
    claims = [*report.impact, *report.claims, *report.contributing]
    lists = [one.evidence for one in claims] + [one.evidence for one in report.hypotheses]
    lists += [one.evidence for one in report.timeline] + [one.evidence for one in report.remediation]
    return [number for cited in lists for number in cited]
