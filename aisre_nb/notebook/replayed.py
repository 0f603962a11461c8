"""A transcript out of events: after the page was reloaded, or out of a record that was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Asked, Decided, Event, Noted, Reported, ToolFinished
from aisre_nb.render import note, report, step
from aisre_nb.render.rests_on import resting
from aisre_nb.report.report import Report


def outputs(events: Sequence[Event], evidence: Mapping[str, Evidence]) -> Iterator[dict[str, Any]]:
    """The mimebundles of everything that was shown, in order, with the questions between."""
    decisions: dict[str, Decided] = {}
    last = next((Report.model_validate(e.report) for e in reversed(events) if isinstance(e, Reported)), None)
    for event in events:
        match event:
            case Asked():
                yield note.bundle(f"Question: {event.question}")
            case Noted():
                yield note.bundle(event.text, event.level)
            case Decided():
                decisions[event.call_id] = event
            case ToolFinished(reused=False):
                yield from step.bundles(_view(event, evidence, decisions, last))
            case Reported():
                found = Report.model_validate(event.report)
                yield report.bundle(found, evidence, event.usage, event.seconds)
            case _:
                pass


def _view(
    event: ToolFinished, evidence: Mapping[str, Evidence], decisions: Mapping[str, Decided], report: Report | None
) -> step.StepView:
    found = evidence.get(event.evidence)
    return step.StepView(
        event.n,
        event.tool,
        event.arguments,
        event.effect,
        event.seconds,
        found,
        event.error,
        event.reused,
        decisions.get(event.call_id),
        claims=resting(report, found) if report and found else (),
    )
