"""What the cell shows while an investigation runs, and what stays in the notebook.

Every finished step is a static output in its final form. With a person before the notebook, the live panel stands
below the newest one: its place is given to the step that finished, and it is shown again underneath.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from IPython.display import clear_output, display, update_display

from aisre_nb.notebook.merging import merged
from aisre_nb.record.events import Decided, Ended, Event, ModelTurn, Noted, Reported, ToolFinished, ToolStarted
from aisre_nb.render import note, report, step
from aisre_nb.render.rests_on import resting
from aisre_nb.report.report import Report
from aisre_nb.report.words import HEADLINES

if TYPE_CHECKING:
    from aisre_nb.approval.card import Panel
    from aisre_nb.session.investigation import Investigation
    from aisre_nb.session.step import Step

_MOST = 44
"""Outputs of one cell before what follows is merged into one; the report and the notes come on top."""
_numbers = itertools.count(1)


class Transcript:
    """A watcher that writes into the cell.

    ``panel`` is None where nobody is there, and in a terminal, which is talked to (``talks``) before the first step.
    """

    def __init__(self, panel: Panel | None = None, *, talks: bool = False) -> None:
        self._panel = panel
        self._talks = talks
        self._said = ""
        self._slot = ""
        self._outputs = 0
        self._overflow: list[dict[str, Any]] = []
        self._overflow_slot = ""
        self._notes: list[Noted] = []
        self._investigation: Investigation | None = None
        self._before = 0
        self._drawn: dict[int, tuple[str, ...]] = {}
        self._outcome = "The run is over"
        if panel is not None:
            self._show_panel()

    @property
    def panel(self) -> Panel | None:
        """Where a person is asked; None where nobody is there."""
        return self._panel

    def begin(self, investigation: Investigation) -> None:
        """It is ready to be asked."""
        self._investigation = investigation
        self._before = len(investigation.steps)
        if self._panel is not None:
            self._panel.show(status="Investigating …")

    def progress(self, text: str, fraction: float) -> None:
        """What is done before the first step."""
        if self._panel is not None:
            self._panel.show(status=f"{text} … {fraction:.0%}")
        elif self._talks and text != self._said:
            self._said = text
            print(f"{text} …")

    def event(self, event: Event) -> None:
        """Draw what is to be drawn."""
        match event:
            case Noted():
                self._notes.append(event)
                if self._panel is not None:
                    # Those that come together are one output, and do not wait for what the model says first.
                    asyncio.get_running_loop().call_soon(self._write_notes)
            case ModelTurn():
                self._write_notes()
                self._live(tail="", status=event.text.strip()[:300] or "…")
            case ToolStarted():
                self._write_notes()
                self._live(status=f"{event.n}. {event.tool} …")
            case Decided():
                self._live(status=f"{event.tool}: {event.verdict}")
            case ToolFinished(reused=False):
                self._write_notes()
                self._step()
            case Reported():
                self._write_notes()
                self._report(event)
            case Ended():
                self._write_notes(last=True)
            case _:
                pass

    def text(self, chunk: str) -> None:
        """The model's words as they come; the notebook keeps what it did."""
        if self._panel is not None:
            self._panel.say(chunk)

    def close(self) -> None:
        """Nothing is live any more."""
        self._write_notes()
        self._write_overflow()
        if self._panel is not None:
            if self._outputs == 0:
                clear_output()
            elif self._slot:
                update_display({"text/plain": ""}, display_id=self._slot, raw=True)
            self._panel.end(f"{self._outcome}; %sre show draws it again.")
            self._panel = None

    def _live(self, **state: Any) -> None:
        if self._panel is not None:
            self._panel.show(**state)

    def _step(self) -> None:
        assert self._investigation is not None
        seen = view(self._investigation.steps[-1])
        if self._panel is not None:
            self._panel.show(steps=[headline(view(s)) for s in self._investigation.steps[self._before :]])
        bundles = step.bundles(seen)
        if self._outputs + len(bundles) <= _MOST:
            self._drawn[seen.n] = self._write(bundles)
        else:
            self._overflow.append(merged(bundles))
            if self._panel is not None:
                self._write_overflow()

    def _report(self, event: Reported) -> None:
        assert self._investigation is not None
        self._write_overflow()
        found = Report.model_validate(event.report)
        self._outcome = HEADLINES[found.outcome]
        bundle = report.bundle(found, self._investigation.evidence, event.usage, event.seconds)
        self._write([bundle], last=True)
        self._link_back(found)

    def _link_back(self, found: Report) -> None:
        """With a panel, what was drawn before says now which claims rest on it, and where."""
        assert self._investigation is not None
        for done in self._investigation.steps[self._before :]:
            ids = self._drawn.get(done.n, ())
            if done.evidence is None or not ids or not (claims := resting(found, done.evidence)):
                continue
            for bundle, display_id in zip(step.bundles(replace(view(done), claims=claims)), ids, strict=False):
                update_display(bundle, display_id=display_id, raw=True, metadata=self._metadata)

    def _write_notes(self, *, last: bool = False) -> None:
        """Notes that came together are one output."""
        if self._notes:
            worst = next((n.level for n in self._notes if n.level == "error"), self._notes[-1].level)
            text = "\n".join(n.text for n in self._notes)
            self._notes.clear()
            self._write([note.bundle(text, worst)], last=last or not self._slot)

    def _write_overflow(self) -> None:
        """What is too much for outputs of its own: with a panel, one output that grows; else written once."""
        if not self._overflow:
            return
        if self._overflow_slot:
            update_display(merged(self._overflow), display_id=self._overflow_slot, raw=True, metadata=self._metadata)
        else:
            self._overflow_slot = self._slot
            self._write([merged(self._overflow)])
        if not self._overflow_slot:
            self._overflow.clear()

    def _write(self, bundles: Sequence[dict[str, Any]], *, last: bool = False) -> tuple[str, ...]:
        """Static outputs; ``last``: the panel does not come again. With a panel, the names by which they may change."""
        self._outputs += len(bundles)
        first, *others = bundles
        names: list[str] = [self._slot] if self._slot else []
        if self._slot:
            update_display(first, display_id=self._slot, raw=True, metadata=self._metadata)
        else:
            display(first, raw=True, metadata=self._metadata)
        for bundle in others:
            if names:
                names.append(f"aisre-{next(_numbers)}")
                display(bundle, raw=True, display_id=names[-1], metadata=self._metadata)
            else:
                display(bundle, raw=True, metadata=self._metadata)
        self._slot = ""
        if self._panel is not None and not last:
            self._show_panel()
        return tuple(names)

    @property
    def _metadata(self) -> dict[str, Any]:
        """By which a notebook tells which records are its own."""
        record = self._investigation.record if self._investigation is not None else None
        return {"aisre": {"record": record.folder.name}} if record is not None else {}

    def _show_panel(self) -> None:
        self._slot = f"aisre-{next(_numbers)}"
        display(self._panel, display_id=self._slot)


def view(found: Step) -> step.StepView:
    """A session's step for the renderer."""
    return step.StepView(**{f.name: getattr(found, f.name) for f in fields(step.StepView) if f.name != "claims"})


def headline(seen: step.StepView) -> str:
    """A step in one line."""
    said = f"{seen.evidence.id} {seen.evidence.summary}" if seen.evidence else f"✗ {seen.error}"
    return f"{seen.n}. {seen.tool}: {said}"[:300]
