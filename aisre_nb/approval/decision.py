"""A proposal, and what was decided about it; the two are bound by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from aisre_nb.approval.hunks import changed_lines
from aisre_nb.approval.rule import Rule
from aisre_nb.tools.tool import ChangeView, Effect

Verdict = Literal[
    "approve",  # run it as it was shown
    "edit",  # run it with the arguments that the person left in the card
    "reject",  # do not run it; the model gets the reason and goes on
    "stop",  # do not run it, and end the investigation with the report so far
]

Channel = Literal[
    "panel",  # a button in the cell
    "stdin",  # a line typed at a prompt
    "policy",  # a rule, or the command line, decided
    "elicitation",  # the user of an assistant that calls our tools
]


GRANTED = 600.0
"""Seconds that *Approve this kind* lasts."""


def digest(tool: str, arguments: Mapping[str, Any], view: ChangeView) -> str:
    """SHA-256 of the canonical JSON of exactly what would run and what was shown."""
    what = {"tool": tool, "arguments": dict(arguments), "view": asdict(view)}
    return hashlib.sha256(json.dumps(what, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Proposal:
    """One call that waits for a decision."""

    call_id: str
    tool: str
    effect: Effect
    arguments: Mapping[str, Any]
    view: ChangeView
    digest: str
    why: str = ""
    """One sentence of the model: why now."""
    scope: tuple[str, ...] = ()
    """What it touches, as rules name it."""
    again: str = ""
    """Why it is shown another time: what changed since it was approved."""


@dataclass(frozen=True)
class Decision:
    """What was decided, by whom, when and why."""

    call_id: str
    verdict: Verdict
    digest: str
    """The digest of the proposal that was shown."""
    channel: Channel
    who: str
    at: datetime
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """For ``edit``: the whole arguments as the person left them."""
    reason: str = ""
    seconds: float = 0.0
    """How long the person took."""
    files: Mapping[str, str] = field(default_factory=dict)
    """For ``edit``: whole texts, by path, of files of which hunks were left out or edited."""
    grant: bool = False
    """With an approval: calls of the same kind run for `GRANTED` seconds without asking."""


def granted(proposal: Proposal) -> Rule:
    """What *Approve this kind* allows: this tool, on no more than this touches, with no larger a diff."""
    lines = sum(changed_lines(file.before, file.after) for file in proposal.view.files)
    return Rule("run", proposal.tool, "", proposal.scope, seconds=GRANTED, lines=lines or None)


class Approver(Protocol):
    """Whoever decides: a panel in the cell, a prompt on stdin, a policy."""

    async def decide(self, proposal: Proposal) -> Decision:
        """Wait for a decision. Raises nothing but `asyncio.CancelledError`."""
        ...
