"""The panel in the cell: what happens now, and the card on which a person decides.

What it shows is in traits, so that a reloaded page shows it again. What the page says comes as messages: a trait that
the page changes a second time would wait there until the kernel is idle, which it is not while a cell runs.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from aisre_nb.approval.click import Heard

_HERE = Path(__file__).parent
_TAIL = 4000
_EVERY = 0.1
"""Seconds between two updates: more of them would lose the last one."""


class Panel(anywidget.AnyWidget):  # type: ignore[misc]
    """One for each run."""

    _esm = _HERE / "card.js"
    _css = _HERE / "card.css"

    status = traitlets.Unicode("").tag(sync=True)
    """What happens now, in one line."""
    tail = traitlets.Unicode("").tag(sync=True)
    """The end of what the model says."""
    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """One line for each finished step; a page that lost the outputs above lists them."""
    proposal = traitlets.Dict().tag(sync=True)
    """What waits for a decision; empty where nothing does."""
    home = traitlets.Unicode("").tag(sync=True)
    """The page that gets the outputs: the first one that drew this panel."""
    over = traitlets.Bool(False).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.ready = asyncio.Event()
        self.heard: Heard | None = None
        self.elsewhere = False
        """A page that does not get the outputs draws it too: it was reloaded, or opened twice."""
        self._state: dict[str, Any] = {}
        self._sent = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.on_msg(self._hear)

    def show(self, **state: Any) -> None:
        """Set traits, at most ten times a second; the last state always arrives."""
        self._state.update(state)
        if self._timer is not None:
            return
        wait = self._sent + _EVERY - time.monotonic()
        if wait <= 0:
            self.flush()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait, self.flush)

    def say(self, chunk: str) -> None:
        """The model said some more."""
        self.show(tail=(self._state.get("tail", self.tail) + chunk)[-_TAIL:])

    def propose(self, shown: dict[str, Any]) -> None:
        """Show a proposal at once; an empty one takes it away."""
        self._state["proposal"] = shown
        self.flush()

    def flush(self) -> None:
        """Send what was not sent yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        state, self._state = self._state, {}
        self._sent = time.monotonic()
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)

    def end(self, last: str) -> None:
        """The run is over: nothing of it is live any more, but on a page that would have nothing else."""
        self.show(status=last, tail="", proposal={}, over=True)
        self.flush()
        if not self.elsewhere:
            self.close()

    def _hear(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        # Only notes and resolves: what a callback prints or displays never reaches the cell.
        match content:
            case {"type": "ready", "page": str(page)}:
                self.ready.set()
                if not self.home:
                    self.home = page
                self.elsewhere = self.elsewhere or page != self.home
            case {"type": "decision"} if self.heard is not None:
                self.heard(content)
