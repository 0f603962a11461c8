"""Secrets are masked once more before a postmortem leaves the record: rules may have been added since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.events import EVENT, Decided, Event, EvidenceKept, ModelTurn, Reported, ToolFinished
from aisre_nb.report.report import Report

_LONGEST = 4000
"""Characters of a text that a postmortem reads; the record holds the rest."""

_TEXTS = ("title", "summary", "source", "tool", "query", "text")


def masked_report(report: Report, redactor: Redactor) -> Report:
    """The same report."""
    return Report.model_validate(redactor.value(_cut(report.model_dump(mode="json"))))


def masked_events(events: Sequence[Event], redactor: Redactor) -> list[Event]:
    """The events that a postmortem reads, without what it does not read of them."""
    clean: list[Event] = []
    for event in events:
        match event:
            case ModelTurn():
                continue
            case EvidenceKept():
                told: Event = event
            case ToolFinished():
                told = _clean(event.model_copy(update={"text": "", "arguments": {}}), redactor)
            case Decided():
                title = {"title": event.view.get("title", "")}
                told = _clean(event.model_copy(update={"proposed": {}, "final": {}, "view": title}), redactor)
            case Reported():
                told = event.model_copy(update={"report": {"outcome": event.report.get("outcome")}})
            case _:
                told = _clean(event, redactor)
        clean.append(told)
    return clean


def masked(evidence: Mapping[str, Evidence], redactor: Redactor) -> dict[str, Evidence]:
    """All but the frames: those are masked when they are drawn, for only a part of one is."""
    return {number: _masked(one, redactor) for number, one in evidence.items()}


def _masked(one: Evidence, redactor: Redactor) -> Evidence:
    texts: dict[str, Any] = {name: redactor.text(_cut(getattr(one, name))) for name in _TEXTS}
    return replace(
        one,
        **texts,
        link=None if one.link is None else redactor.text(one.link),
        arguments=redactor.value(_cut(dict(one.arguments))),
        facts=redactor.value(_cut(dict(one.facts))),
    )


def _clean(event: Event, redactor: Redactor) -> Event:
    return EVENT.validate_python(redactor.value(_cut(event.model_dump(mode="json"))))


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    if isinstance(value, Mapping):
        return {key: _cut(inner) for key, inner in value.items()}
    return [_cut(inner) for inner in value] if isinstance(value, list | tuple) else value
