"""The postmortem of an investigation, as it is in memory or in a record, with secrets masked once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.events import Event, EvidenceKept, Reported
from aisre_nb.record.record import Record
from aisre_nb.report.postmortem.document import Postmortem
from aisre_nb.report.postmortem.make import make
from aisre_nb.report.postmortem.masked import masked, masked_events, masked_report
from aisre_nb.report.report import Report


def of_events(
    events: Sequence[Event], evidence: Mapping[str, Evidence], redactor: Redactor
) -> tuple[Postmortem, dict[str, Evidence]]:
    """The document and the evidence that it shows. Raises `UsageError` where nothing was reported yet."""
    reported = next((event for event in reversed(events) if isinstance(event, Reported)), None)
    if reported is None:
        raise UsageError("there is no report yet, and a postmortem is made of it", "ask a question to its end: %%sre")
    report = masked_report(Report.model_validate(reported.report), redactor)
    clean = masked(evidence, redactor)
    return make(report, clean, masked_events(events, redactor)), clean


def of_record(folder: Path, redactor: Redactor) -> tuple[Postmortem, dict[str, Evidence]]:
    """The same, out of a record's folder. Raises `RecordError`, `UsageError`."""
    record = Record.load(folder)
    numbers = [event.id for event in record.events if isinstance(event, EvidenceKept)]
    return of_events(record.events, {number: record.evidence(number) for number in numbers}, redactor)
