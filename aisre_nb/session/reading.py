"""A record as an investigation to look at: all that it holds is there, and nothing of the world is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pydantic import ValidationError

from aisre_nb.approval.policy import Policy
from aisre_nb.errors import ModelError, RecordError
from aisre_nb.evidence.invisible import visible
from aisre_nb.models.base import Turn, TurnRequest, Usage
from aisre_nb.record.events import Asked, Decided, Event, EvidenceKept, ModelTurn, Reported, ToolFinished
from aisre_nb.record.record import Record
from aisre_nb.report.report import Report
from aisre_nb.session.budget import Budget
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reporting import replaces
from aisre_nb.session.step import Step
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry


class NoModel:
    """Stands where a model stood; it is not asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """Raises `ModelError`."""
        raise ModelError("this is a record, and no model is asked", "%sre reset, then ask anew")

    async def close(self) -> None:
        """There is nothing to let go of."""


def held(settings: Settings, record: Record, registry: Registry | None = None) -> Investigation:
    """An investigation that is empty as yet, as it was before its first question."""
    first = next((e for e in record.events if isinstance(e, Asked)), None)
    sources = Sources(now=first.now if first else None, question=record.question)
    model = NoModel(first.model if first else "")
    return Investigation(settings, sources, model, registry or Registry(), Policy.parse(settings.approve), record)


def opened(settings: Settings, record: Record, registry: Registry | None = None) -> Investigation:
    """With all that the record holds; frames are read when they are looked at. Raises `RecordError`."""
    found = held(settings, record, registry)
    intake = Intake(found, record)
    for event in record.events:
        intake.take(event)
    return found


class Intake:
    """Puts into an investigation what each event of its record left there."""

    def __init__(self, found: Investigation, record: Record) -> None:
        self._found = found
        self._record = record
        # By the step: a model may give two calls the same id, and one's approval is not the other's.
        self._decisions: dict[int, Decided] = {}
        self._said = ""

    def take(self, event: Event) -> None:
        """Raises `RecordError` where a report is none."""
        found = self._found
        found.events.append(event)
        match event:
            case Asked():
                found.budget = Budget(found.settings, ended=0.0)
                found.model = NoModel(event.model) if isinstance(found.model, NoModel) else found.model
            case ModelTurn():
                self._said = event.text
                found.budget.turn(_usage(event.usage))
            case EvidenceKept():
                found.evidence.put(self._record.evidence(event.id))
            case Decided():
                self._decisions[event.n] = event
            case ToolFinished(reused=False):
                found.steps.append(self._step(event))
            case Reported():
                report = _report(event, self._record)
                found.budget.ended = event.seconds
                if replaces(report, found.report):
                    found.report = report
            case _:
                pass

    def _step(self, event: ToolFinished) -> Step:
        evidence = self._found.evidence.get(event.evidence)
        return Step(
            event.n, event.tool, event.arguments, event.effect, evidence, event.error, False, event.seconds,
            self._decisions.get(event.n), self._said,
        )  # fmt: skip


def _report(event: Reported, record: Record) -> Report:
    try:
        return Report.model_validate(event.report)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))[:80]
        told = f"a report in {record.folder} cannot be read: {visible(where)}"
        raise RecordError(told, "upgrade aisre-nb") from None


def _usage(told: dict[str, float]) -> Usage:
    known: dict[str, Any] = {f.name: told[f.name] for f in fields(Usage) if f.name in told}
    return Usage(**{name: value if name == "cost_usd" else int(value) for name, value in known.items()})
