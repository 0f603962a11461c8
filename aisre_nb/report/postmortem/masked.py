"""Secrets are masked once more before a postmortem leaves the record: rules may have been added since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.events import EVENT, Event, EvidenceKept, ModelTurn
from aisre_nb.report.report import Report


def masked_report(report: Report, redactor: Redactor) -> Report:
    """The same report."""
    return Report.model_validate(redactor.value(report.model_dump(mode="json")))


def masked_events(events: Sequence[Event], redactor: Redactor) -> list[Event]:
    """The events that a postmortem reads; what a model said between them is not among them."""
    kept = [event for event in events if not isinstance(event, ModelTurn | EvidenceKept)]
    own = [event for event in events if isinstance(event, EvidenceKept)]
    clean = [EVENT.validate_python(redactor.value(event.model_dump(mode="json"))) for event in kept]
    return sorted([*clean, *own], key=lambda event: event.at)


def masked(evidence: Mapping[str, Evidence], redactor: Redactor) -> dict[str, Evidence]:
    """All but the frames: those are masked when they are drawn, for only a part of one is."""
    return {
        number: replace(
            one,
            title=redactor.text(one.title),
            summary=redactor.text(one.summary),
            query=redactor.text(one.query),
            text=redactor.text(one.text),
            link=None if one.link is None else redactor.text(one.link),
            arguments=redactor.value(dict(one.arguments)),
            facts=redactor.value(dict(one.facts)),
        )
        for number, one in evidence.items()
    }
