"""The panel in the cell: what happens now, and the card on which a person decides.

What it shows is in traits, so that a reloaded page shows it again; a decision is a message that names the call and the
digest that it was made about, so that a second tab's late click decides nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from aisre_nb.approval.decision import Approver, Decision, Proposal

_HERE = Path(__file__).parent
_SLICE = 0.25
"""Seconds of one wait: an interrupt is noticed when the wait ends, for a signal does not wake an idle loop."""
_APPEARS = 4.0
"""Seconds within which the panel's script must have said that it is there."""
_TAIL = 4000
_EVERY = 0.1
_VERDICTS = ("approve", "edit", "reject", "stop")


class Panel(anywidget.AnyWidget):  # type: ignore[misc]
    """One for each run."""

    _esm = _HERE / "card.js"
    _css = _HERE / "card.css"

    status = traitlets.Unicode("").tag(sync=True)
    steps = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tail = traitlets.Unicode("").tag(sync=True)
    proposal = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.ready = False
        """Its script said that it is there."""
        self._text = ""
        self._sent = 0.0
        self._decided: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def _heard(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        # Only notes and resolves: what a callback prints or displays would never reach the cell.
        if content.get("type") == "ready":
            self.ready = True
        elif content.get("type") == "decision" and self._decided is not None:
            self._decided(content)

    def on_decision(self, callback: Callable[[dict[str, Any]], None] | None) -> None:
        """Who is told of a click; None: nobody waits for one."""
        self._decided = callback

    def say(self, chunk: str) -> None:
        """The model said some more; the page is told at most ten times a second."""
        self._text = (self._text + chunk)[-_TAIL:]
        if time.monotonic() - self._sent >= _EVERY:
            self.flush()

    def flush(self) -> None:
        """Tell the page all that was said."""
        self._sent = time.monotonic()
        self.tail = self._text

    def said(self) -> None:
        """The model's turn is over."""
        self._text = ""
        self.flush()


class PanelApprover:
    """Waits for a click on the card; where no panel appears, asks by the other approver."""

    def __init__(self, panel: Panel, who: str, otherwise: Approver) -> None:
        self._panel = panel
        self._who = who
        self._otherwise = otherwise

    async def decide(self, proposal: Proposal) -> Decision:
        """Returns when a person decided on exactly this proposal."""
        start = time.monotonic()
        panel = self._panel
        panel.flush()
        panel.proposal = _shown(proposal)
        if not await _true(lambda: panel.ready, _APPEARS):
            panel.proposal = {}
            return await self._otherwise.decide(proposal)
        try:
            found = await self._clicked(proposal)
        finally:
            panel.proposal = {}
        fields = {f: str(found.get("edits", {}).get(f, proposal.arguments.get(f))) for f in proposal.view.editable}
        arguments = {**proposal.arguments, **fields} if found["verdict"] == "edit" else {}
        return Decision(
            proposal.call_id,
            found["verdict"],
            proposal.digest,
            "panel",
            self._who,
            datetime.now(UTC),
            arguments,
            str(found.get("reason", ""))[:2000],
            time.monotonic() - start,
        )

    async def _clicked(self, proposal: Proposal) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        clicked: asyncio.Future[dict[str, Any]] = loop.create_future()

        def resolve(found: dict[str, Any]) -> None:
            if not clicked.done():
                clicked.set_result(found)

        def look(found: dict[str, Any]) -> None:
            same = (found.get("call_id"), found.get("digest")) == (proposal.call_id, proposal.digest)
            if same and found.get("verdict") in _VERDICTS:
                loop.call_soon_threadsafe(resolve, found)

        self._panel.on_decision(look)
        try:
            while not clicked.done():
                await asyncio.wait({clicked}, timeout=_SLICE)
            return clicked.result()
        finally:
            self._panel.on_decision(None)


async def _true(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        await asyncio.sleep(0.1)
    return condition()


def _shown(proposal: Proposal) -> dict[str, Any]:
    """JSON for the page; it draws every text as text."""
    view = proposal.view
    return {
        "call_id": proposal.call_id,
        "digest": proposal.digest,
        "tool": proposal.tool,
        "why": proposal.why,
        "title": view.title,
        "body": view.body,
        "scope": view.scope,
        "files": [{"path": f.path, "lines": f.diff.splitlines()} for f in view.files],
        "editable": {f: str(proposal.arguments.get(f, "")) for f in view.editable},
    }
