"""What a terminal shows while an investigation runs: one line a step, on standard error."""

from __future__ import annotations

import sys

from aisre_nb.evidence.invisible import visible
from aisre_nb.record.events import Decided, Event, Noted, ToolFinished
from aisre_nb.session.investigation import Investigation


def making(text: str, fraction: float) -> None:
    """Progress of a sandbox world, on one line that is written over."""
    if sys.stderr.isatty():
        end = "\n" if fraction >= 1 else ""
        print(f"\r\033[K{text} {fraction:4.0%}", end=end, file=sys.stderr, flush=True)


class Lines:
    """A watcher that prints."""

    def __init__(self, investigation: Investigation) -> None:
        self._investigation = investigation

    def event(self, event: Event) -> None:
        """One line for what a person wants to follow."""
        match event:
            case ToolFinished(reused=False):
                step = self._investigation.steps[-1]
                said = f"✗ {event.error}" if event.error else step.evidence.summary if step.evidence else ""
                mark = f" {event.evidence}" if event.evidence else ""
                _print(f"{event.n:3d}. {event.tool}{mark}: {said}")
            case Decided():
                _print(f"     {event.verdict} by {event.who} ({event.channel}) {event.reason}".rstrip())
            case Noted():
                _print(f"  {'' if event.level == 'info' else '⚠ '}{event.text}")
            case _:
                pass

    def text(self, chunk: str) -> None:
        """The model's own words are in the record; a terminal follows the steps."""


def _print(line: str) -> None:
    # A replayed record may be a stranger's, and a terminal obeys what is printed.
    print(visible(line), file=sys.stderr, flush=True)
