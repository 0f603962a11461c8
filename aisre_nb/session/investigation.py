"""An investigation: one question and all that follows, with its evidence, steps, events and report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aisre_nb.approval.decision import Approver
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.models.base import Message, Model, ToolCall
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Ended, Event, Noted
from aisre_nb.record.record import Record
from aisre_nb.report.report import Report
from aisre_nb.session.budget import Budget
from aisre_nb.session.context import Context
from aisre_nb.session.desk import Desk
from aisre_nb.session.noticing import Noticing
from aisre_nb.session.step import Step
from aisre_nb.session.watcher import Nobody, Watcher
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.times import duration
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import ToolContext, ToolResult


class Investigation:
    """Holds what is known; `ask` adds to it. One question runs at a time."""

    def __init__(
        self,
        settings: Settings,
        sources: Sources,
        model: Model,
        registry: Registry,
        policy: Policy,
        record: Record | None = None,
        notes: tuple[str, ...] = (),
        audit: Audit | None = None,
        where: Mapping[str, str] | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        duration(settings.since)
        self.settings = settings
        self.sources = sources
        self.model = model
        self.registry = registry
        self.policy = policy
        self.record = record
        self.notes = notes
        """What the user is told before the first step: which sources, which model."""
        self.audit = audit
        self.where = dict(where or {})
        """How to open the same sources again."""
        self.evidence = Shelf()
        self.steps: list[Step] = []
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self.report: Report | None = None
        self.budget = Budget(settings)
        self.redactor = redactor or Redactor(emails=settings.redact_emails)
        self.now = sources.now or datetime.now(UTC)
        self.context = Context(self.now)
        self.gaps: list[str] = []
        self.watcher: Watcher = Nobody()
        self._record_lost = False
        self.introduced = False
        """Whether the user was told which model and sources answer."""
        self._noticing = Noticing(self.redactor)
        self.reusable: dict[str, Evidence] = {}
        """Of a branch: what the other one read after the fork, by its call; it is not asked again."""

    @property
    def usage(self) -> dict[str, float]:
        """Tokens, money and turns of the latest question."""
        return self.budget.as_json()

    @property
    def seconds(self) -> float:
        """How long the latest question took, without the waits for a person."""
        return self.budget.seconds

    @property
    def denied(self) -> list[Step]:
        """Changes that were wanted and that nobody allowed."""
        return [step for step in self.steps if step.decision and step.decision.verdict == "denied"]

    @property
    def flagged(self) -> set[str]:
        """Numbers of results that hold something suspicious."""
        return self._noticing.results

    @property
    def pull_requests(self) -> list[dict[str, Any]]:
        """The facts of every pull request that was opened."""
        return [
            {**e.facts, "title": e.facts.get("title", e.title), "evidence": e.id}
            for e in self.evidence.values()
            if e.kind == "pull_request"
        ]

    async def ask(self, question: str, *, approver: Approver, watcher: Watcher | None = None) -> Report:
        """Investigate; returns the report, which is partial where a limit was reached.

        Raises `ModelError` when the model failed for good and `Stopped` when the person stopped it; the evidence so
        far, the record and a partial `report` are there all the same.
        """
        from aisre_nb.session.loop import investigate

        self.watcher = watcher or Nobody()
        self.budget = Budget(self.settings)
        moment = self.sources.moment()
        if moment is None:
            self.now = datetime.now(UTC)
        elif moment != self.now:
            self.moved()
        # What a person typed may hold a secret too: the model and the record get it masked.
        return await investigate(self, self.redactor.text(question), approver)

    async def act(self, call: ToolCall, said: str, *, approver: Approver, watcher: Watcher | None = None) -> Step:
        """One call that a person asks for, decided and kept like any other. ``said``: what they asked, for the record.

        Raises `Stopped` where the person stopped it.
        """
        from aisre_nb.session.loop import act

        self.watcher = watcher or Nobody()
        return await act(self, call, self.redactor.text(said), approver)

    def emit(self, event: Event) -> None:
        """Write one event to the record, then tell whoever looks on."""
        if isinstance(event, Noted):
            event = event.model_copy(update={"text": self.redactor.text(event.text)})
        elif isinstance(event, Ended):
            event = event.model_copy(update={"detail": self.redactor.text(event.detail)})
        self.events.append(event)
        if self.record is not None and not self._record_lost:
            try:
                self.record.append(event)
            except RecordError as error:
                self._lost(error)
        self.watcher.event(event)
        for note in self._noticing.of(event, self.registry):
            self.emit(note)

    def keep(self, result: ToolResult, tool: str, arguments: Mapping[str, Any]) -> Evidence:
        """Number, redact and write a result; what in it seems meant to steer somebody is noted for the person."""
        flags = self._noticing.flags(result)
        evidence = self.evidence.add(result, tool, arguments, self.redactor, datetime.now(UTC))
        if self.record is not None and not self._record_lost:
            try:
                self.events.append(self.record.keep(evidence))
            except RecordError as error:
                self._lost(error)
        for note in self._noticing.kept(evidence.id, flags):
            self.emit(note)
        return evidence

    def desk(self, approver: Approver) -> Desk:
        """Where the calls of a question are decided."""
        name = self.record.folder.name if self.record is not None else ""
        minutes = self.settings.approval_minutes
        return Desk(self.policy, approver, self.redactor, self.emit, self.audit, name, minutes)

    def tool_context(self) -> ToolContext:
        """What the handlers of the next turn may use."""
        return ToolContext(self.sources, self.now, dict(self.evidence), self.settings.since, self.watcher.text)

    def moved(self) -> None:
        """Time passed, or something was changed: "now" is another instant, and what was read before is read anew."""
        self.now = self.sources.moment() or datetime.now(UTC)
        self.evidence.outdated()
        self.reusable.clear()

    def _lost(self, error: RecordError) -> None:
        # A full disk must not end an incident's investigation: it goes on in memory, and says so once.
        self._record_lost = True
        self.emit(Noted(text=f"the record is no longer written: {error}", level="error"))

    async def close(self) -> None:
        """Let go of the model, the sources and the record."""
        await self.model.close()
        for source in self.sources.all:
            await source.close()
        if self.record is not None:
            self.record.close()
