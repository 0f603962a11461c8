"""A record, played again: the same events through the same watchers; nothing is asked, nothing is spent."""

from __future__ import annotations

from aisre_nb.record.events import Event, EvidenceKept, Noted, Reported
from aisre_nb.record.parts import Part, parts
from aisre_nb.record.record import Record
from aisre_nb.report.report import Report
from aisre_nb.session import rechecked
from aisre_nb.session.reading import Intake, held
from aisre_nb.session.watcher import Watcher
from aisre_nb.settings import Settings
from aisre_nb.tools.registry import Registry


class Replay:
    """Part by part; code checks again what it can, and what differs from the record is a warning among the steps."""

    def __init__(self, settings: Settings, record: Record, registry: Registry | None = None) -> None:
        self.record = record
        self.investigation = held(settings, record, registry)
        """What was played so far."""
        self._intake = Intake(self.investigation, record)
        self._parts = parts(record.events)
        self._played = 0

    @property
    def banner(self) -> str:
        """What stands above everything that is played."""
        return f"Replay of {self.record.folder.name}: nothing is asked, nothing is spent"

    @property
    def next(self) -> Part | None:
        """What is played next; None at the end."""
        return self._parts[self._played] if self._played < len(self._parts) else None

    @property
    def questions(self) -> list[str]:
        """Those that are not played yet, in order."""
        return [part.said for part in self._parts[self._played :] if part.kind == "question"]

    def play(self, watcher: Watcher) -> Part | None:
        """The next part. Raises `RecordError` where it holds a report that is none."""
        part = self.next
        if part is not None:
            self._played += 1
            for event in part.events:
                self._one(event, watcher)
        return part

    def play_question(self, watcher: Watcher) -> None:
        """The next question, and whatever else stands before it."""
        while (part := self.play(watcher)) is not None and part.kind != "question":
            pass
        self._rest(watcher)

    def play_all(self, watcher: Watcher) -> None:
        """To the end."""
        while self.play(watcher) is not None:
            pass

    def _rest(self, watcher: Watcher) -> None:
        while self.next is not None and self.next.kind == "rest":
            self.play(watcher)

    def _one(self, event: Event, watcher: Watcher) -> None:
        self._intake.take(event)
        if isinstance(event, EvidenceKept):
            # A live run tells its watchers of the step that brought it.
            found = rechecked.of_evidence(self.investigation.evidence[event.id])
            _warn([found] if found else [], watcher)
            return
        if isinstance(event, Reported):
            report = Report.model_validate(event.report)
            _warn(rechecked.of_report(report, self.investigation.evidence), watcher)
        watcher.event(event)


def _warn(lines: list[str], watcher: Watcher) -> None:
    for line in lines:
        watcher.event(Noted(text=f"Checked again: {line}", level="warning"))
