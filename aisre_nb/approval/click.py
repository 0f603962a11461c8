"""A person decides by a click on the card."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from aisre_nb.approval.decision import Approver, Decision, Proposal, granted
from aisre_nb.approval.hunks import composed, hunks
from aisre_nb.approval.revealed import revealed
from aisre_nb.evidence.change import FileChange

_SLICE = 0.25
"""Seconds of one wait: where a signal does not wake an idle loop, the end of a wait does."""
_APPEARS = 4.0
"""Seconds within which the panel's script must have said that it is there."""
_LONGEST_REASON = 2000
_LONGEST_HUNK = 1_000_000
_VERDICTS = ("approve", "edit", "reject", "stop")

Heard = Callable[[Mapping[str, Any]], None]


class Card(Protocol):
    """What of the panel is needed here."""

    ready: asyncio.Event
    """Set when its script said that it is there."""
    heard: Heard | None
    """Who is told of a click; it must do nothing but resolve."""

    def propose(self, shown: dict[str, Any]) -> None:
        """Show a proposal at once; an empty one takes it away."""
        ...


class PanelApprover:
    """Waits for a click; where no panel appears, asks by the other approver."""

    def __init__(self, panel: Card, who: str, otherwise: Approver, appears: float = _APPEARS) -> None:
        self._panel = panel
        self._who = who
        self._otherwise = otherwise
        self._appears = appears

    async def decide(self, proposal: Proposal) -> Decision:
        """Returns when a person decided on exactly this proposal."""
        start = time.monotonic()
        self._panel.propose(shown(proposal))
        try:
            if not await self._appeared():
                self._panel.propose({})
                return await self._otherwise.decide(proposal)
            found = await self._clicked(proposal)
        finally:
            self._panel.propose({})
        edits = found["verdict"] == "edit"
        return Decision(
            proposal.call_id,
            found["verdict"],
            proposal.digest,
            "panel",
            self._who,
            datetime.now(UTC),
            arguments=_edited(proposal, found) if edits else {},
            files=_files(proposal, found) if edits else {},
            grant=found.get("grant") is True,
            reason=str(found.get("reason") or "")[:_LONGEST_REASON],
            seconds=time.monotonic() - start,
        )

    async def _appeared(self) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._panel.ready.wait(), self._appears)
        # A page that did not come for the first question is not waited for as long at the next.
        self._appears = _SLICE
        return self._panel.ready.is_set()

    async def _clicked(self, proposal: Proposal) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        clicked: asyncio.Future[Mapping[str, Any]] = loop.create_future()

        def resolve(found: Mapping[str, Any]) -> None:
            if not clicked.done():
                clicked.set_result(found)

        def hear(found: Mapping[str, Any]) -> None:
            same = (found.get("call_id"), found.get("digest")) == (proposal.call_id, proposal.digest)
            if same and found.get("verdict") in _VERDICTS:
                loop.call_soon_threadsafe(resolve, found)

        self._panel.heard = hear
        try:
            while not clicked.done():
                await asyncio.wait({clicked}, timeout=_SLICE)
            return clicked.result()
        finally:
            self._panel.heard = None


def shown(proposal: Proposal) -> dict[str, Any]:
    """JSON for the page, which draws every text as text.

    ``editable`` holds the fields as they are; all else has its hidden characters revealed, and ``hidden`` names the
    fields that have some.
    """
    view = proposal.view
    editable = {f: str(proposal.arguments.get(f, "")) for f in view.editable}
    return {
        "call_id": proposal.call_id,
        "digest": proposal.digest,
        "tool": revealed(proposal.tool),
        "why": revealed(proposal.why),
        "title": revealed(view.title),
        "body": revealed(view.body),
        "scope": revealed(view.scope),
        "again": revealed(proposal.again),
        "kind": revealed(granted(proposal).words().partition(" for ")[0].removeprefix("run ")),
        "rows": [[revealed(cell) for cell in row] for row in view.rows],
        "files": [_file(f, view.hunks) for f in view.files],
        "editable": editable,
        "hidden": [f"{f}: {revealed(text)}" for f, text in editable.items() if revealed(text) != text],
    }


def _file(file: FileChange, tickable: bool) -> dict[str, Any]:
    """Its hunks as code made them of what stands there before and after: what is seen is what is composed."""
    found = hunks(file.before, file.after)
    kind = "new" if file.before is None else "deleted" if file.after is None else ""
    if not found:
        # A change of its mode alone, or of an empty file.
        return {"path": revealed(file.path), "kind": kind, "hunks": [{"lines": _lines(file.diff), "text": None}]}
    shown = [
        {"lines": [revealed(line) for line in hunk.shown], "text": hunk.text if tickable else None} for hunk in found
    ]
    return {"path": revealed(file.path), "kind": kind, "hunks": shown}


def _lines(diff: str) -> list[str]:
    # Not splitlines(): a separator within a line would pass for a line of its own.
    return [revealed(line) for line in diff.removesuffix("\n").split("\n")]


def _edited(proposal: Proposal, found: Mapping[str, Any]) -> dict[str, Any]:
    """The whole arguments: the page sends the fields that were changed, and only editable ones count."""
    edits = found.get("edits")
    known = edits if isinstance(edits, Mapping) else {}
    return {**proposal.arguments, **{f: str(known[f]) for f in proposal.view.editable if f in known}}


def _files(proposal: Proposal, found: Mapping[str, Any]) -> dict[str, str]:
    """Whole texts of the files of which the page says that hunks were left out or edited.

    It says ``[file, hunk, kept, text]`` for each of those, with a null text where a kept one is as it was shown.
    """
    told = found.get("hunks")
    choices: dict[int, dict[int, str | None]] = {}
    for one in told if proposal.view.hunks and isinstance(told, list) else []:
        match one:
            case [int(file), int(hunk), False, _] if 0 <= file < len(proposal.view.files):
                choices.setdefault(file, {})[hunk] = None
            case [int(file), int(hunk), True, str(text)] if 0 <= file < len(proposal.view.files):
                choices.setdefault(file, {})[hunk] = text[:_LONGEST_HUNK]
    files = proposal.view.files
    return {files[n].path: composed(files[n].before, files[n].after, chosen) for n, chosen in choices.items()}
