"""How the response went, as far as the record shows it: how long things took, what helped, and what did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Event, ToolFinished
from aisre_nb.report.postmortem.document import Moment, Sentence
from aisre_nb.report.postmortem.timeline import REQUEST, parsed
from aisre_nb.report.report import Report

_SOON, _LATE = timedelta(minutes=5), timedelta(minutes=15)
"""An alert within the first is called good, one after the second bad; between them it is a number like others."""
_MOST = 8
_NOTHING = "nothing yet"
"""What `verify` calls the remedy where nothing was done before it looked."""


def durations(
    timeline: Sequence[Moment],
    onset: datetime | None,
    shown_by: tuple[str, ...],
    recovered: datetime | None,
    looked: tuple[str, ...],
) -> Iterator[Sentence]:
    """From the onset to the alert, the first question, the report, the first remedy, and the end."""
    if onset is None:
        return
    done = [m for m in timeline if m.kind == "action" and m.sentence.evidence]
    ends = {
        "the first alert": _first(timeline, "alert", since=onset - _SOON),
        "the first question": _first(timeline, "detection"),
        "the report": next((m for m in reversed(timeline) if m.kind == "detection"), None),
        "the first pull request": next((m for m in done if m.sentence.text.startswith(REQUEST)), None),
        "the first other change that was carried out": next(
            (m for m in done if not m.sentence.text.startswith(REQUEST)), None
        ),
    }
    for n, (what, one) in enumerate(ends.items(), 1):
        if one is None or (one.at < onset and one.kind != "alert"):
            continue
        cited = tuple(dict.fromkeys((*shown_by, *one.sentence.evidence)))
        told = f"From the onset to {what}: {spell(one.at - onset)}."
        if one.at < onset:
            told = f"The first alert fired {spell(onset - one.at)} before the onset that the signal shows."
        yield Sentence(f"d{n}", told, cited)
    if recovered is not None and recovered >= onset:
        text = f"From the onset until it was seen to be over: {spell(recovered - onset)}."
        yield Sentence("d9", text, tuple(dict.fromkeys((*shown_by, *looked))))


def well(
    report: Report,
    evidence: Mapping[str, Evidence],
    timeline: Sequence[Moment],
    onset: datetime | None,
    looked: Sequence[Evidence],
) -> Iterator[Sentence]:
    """What the record shows to have helped."""
    alert = _first(timeline, "alert", since=onset - _SOON) if onset else None
    if onset and alert and alert.at - onset <= _SOON:
        when = "after" if alert.at >= onset else "before"
        text = f"An alert fired {spell(abs(alert.at - onset))} {when} the onset."
        yield Sentence("w1", text, alert.sentence.evidence)
    if report.proved and report.outcome == "root_cause" and not report.against:
        told = f"The cause is proved: {len(report.proof)} of {len(report.proof)} obligations are closed."
        cited = [n for o in report.proof for c in o.claims if c < len(report.claims) for n in report.claims[c].evidence]
        yield Sentence("w2", told, tuple(dict.fromkeys(cited)))
    for n, one in enumerate((e for e in looked if e.facts.get("verdict") == "recovered"), 3):
        yield Sentence(f"w{n}", f"It was verified: {one.summary}", (one.id,))


def badly(
    report: Report,
    evidence: Mapping[str, Evidence],
    events: Sequence[Event],
    timeline: Sequence[Moment],
    onset: datetime | None,
    looked: Sequence[Evidence],
) -> Iterator[Sentence]:
    """What the record shows to have been missing, late or of no use."""
    alert = _first(timeline, "alert", since=onset - _SOON) if onset else None
    asked = next((e for e in evidence.values() if e.kind == "alerts"), None)
    if onset and alert and alert.at - onset > _LATE:
        text = f"The first alert fired only {spell(alert.at - onset)} after the onset."
        yield Sentence("b1", text, alert.sentence.evidence)
    elif onset and report.outcome == "root_cause" and asked is not None and not _alerted(report, asked):
        services = ", ".join(report.root_cause.services) if report.root_cause else ""
        yield Sentence("b1", f"When it was looked at, no alert fired for {services}.", (asked.id,))
    tried = [e for e in looked if e.facts.get("remedy") != _NOTHING]
    for n, one in enumerate((e for e in tried if e.facts.get("verdict") in ("unchanged", "worse")), 2):
        yield Sentence(f"b{n}", f"A remedy did not help: {one.summary}", (one.id,))
    failed = [e for e in events if isinstance(e, ToolFinished) and e.error and e.effect == "read"]
    for n, step in enumerate(failed[:_MOST], 20):
        yield Sentence(f"b{n}", f"Step {step.n} could not look: {step.tool}: {step.error}")
    if report.partial:
        yield Sentence("b40", f"The investigation ended early: {report.partial}")


def spell(span: timedelta) -> str:
    """``45 s``, ``3 min``, ``2 h 5 min``."""
    seconds = round(span.total_seconds())
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def moment(value: Any) -> datetime | None:
    """An instant out of a fact."""
    return parsed(value) if isinstance(value, str) else None


def _first(timeline: Sequence[Moment], kind: str, since: datetime | None = None) -> Moment | None:
    return next(
        (m for m in timeline if m.kind == kind and m.sentence.result != "failed" and (not since or m.at >= since)), None
    )


def _alerted(report: Report, alerts: Evidence) -> bool:
    services = set(report.root_cause.services) if report.root_cause else set()
    told = alerts.facts.get("alerts")
    rows = [a for a in told if isinstance(a, Mapping)] if isinstance(told, list) else []
    return any(a.get("service") in services and a.get("state") == "firing" for a in rows)
