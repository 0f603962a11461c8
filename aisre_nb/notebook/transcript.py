"""What the cell shows while an investigation runs, and what stays in the notebook.

Every finished step is a static output in its final form. With a person before the notebook, the live panel stands
below the newest one: its place is given to the step that finished, and it is shown again underneath.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from IPython.display import display, update_display

from aisre_nb.record.events import Decided, Ended, Event, ModelTurn, Noted, Reported, ToolFinished, ToolStarted
from aisre_nb.render import note, report, step
from aisre_nb.report.report import Report
from aisre_nb.session.investigation import Investigation

_MOST = 40
"""Outputs of one cell; JupyterLab hides what comes after the fiftieth."""
_numbers = itertools.count(1)


class Transcript:
    """A watcher that writes into the cell. ``panel`` is None where nobody is there, or in a terminal."""

    def __init__(self, investigation: Investigation, panel: Any = None) -> None:
        self._investigation = investigation
        self._panel = panel
        self._slot = ""
        self._outputs = 0
        self._rest: list[dict[str, Any]] = []
        self._notes: list[Noted] = []
        if panel is not None:
            self._show_panel()

    def event(self, event: Event) -> None:
        """Draw what is to be drawn."""
        match event:
            case Noted():
                self._notes.append(event)
            case ModelTurn():
                self._write_notes()
                if self._panel is not None:
                    self._panel.said()
                    self._panel.status = event.text.strip()[:300]
            case ToolStarted():
                self._write_notes()
                if self._panel is not None:
                    self._panel.status = f"{event.n}. {event.tool} …"
            case ToolFinished(reused=False):
                self._write_notes()
                self._write(step.bundles(view(self._investigation.steps[-1])))
            case Decided() if self._panel is not None:
                self._panel.status = f"{event.tool}: {event.verdict}"
            case Reported():
                self._write_notes()
                if self._rest:
                    self._write([_merged(self._rest)], always=True)
                found = Report.model_validate(event.report)
                self._write(
                    [report.bundle(found, self._investigation.evidence, event.usage, event.seconds)], always=True
                )
            case Ended():
                self._write_notes()
            case _:
                pass

    def text(self, chunk: str) -> None:
        """The model's words as they come; the notebook keeps what it did."""
        if self._panel is not None:
            self._panel.say(chunk)

    def close(self) -> None:
        """Nothing is live any more."""
        if self._panel is not None:
            update_display({"text/plain": ""}, display_id=self._slot, raw=True)
            self._panel.close()
            self._panel = None

    def _write_notes(self) -> None:
        """Notes that came together are one output."""
        if self._notes:
            worst = "error" if any(n.level == "error" for n in self._notes) else self._notes[-1].level
            self._write([note.bundle("\n".join(n.text for n in self._notes), worst)])
            self._notes.clear()

    def _write(self, bundles: Sequence[dict[str, Any]], *, always: bool = False) -> None:
        if self._outputs + len(bundles) > _MOST and not always:
            self._rest.append(bundles[0])
            return
        self._outputs += len(bundles)
        first, *others = bundles
        if self._panel is None:
            display(first, raw=True)
        else:
            update_display(first, display_id=self._slot, raw=True)
        for bundle in others:
            display(bundle, raw=True)
        if self._panel is not None:
            self._show_panel()

    def _show_panel(self) -> None:
        self._slot = f"aisre-{next(_numbers)}"
        display(self._panel, display_id=self._slot)


def view(found: Any) -> step.StepView:
    """A session's step for the renderer."""
    return step.StepView(**{f.name: getattr(found, f.name) for f in fields(step.StepView)})


def _merged(bundles: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "text/html": "".join(str(b.get("text/html", "")) for b in bundles),
        "text/plain": "\n".join(str(b.get("text/plain", "")) for b in bundles),
    }
