"""One turn of the model: what it is told, and what it says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aisre_nb.models.base import (
    ToolSpec,
    Turn,
    TurnRequest,
    Usage,
)
from aisre_nb.record.events import ModelTurn, Noted
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reporting import Reporting
from aisre_nb.tools.naming import wire_name


async def ask(inv: Investigation, question: str, *, final: bool) -> Turn:
    """The model's next turn, counted, kept and written down. Raises `ModelError`."""
    specs = [ToolSpec(wire_name(t.name), t.description, t.schema()) for t in inv.registry.listed()]
    request = TurnRequest(
        system=inv.context.system,
        messages=inv.context.fitted(inv.messages),
        # The same tools on every turn, the last one too: models bind what they thought to the tools they had.
        tools=[*specs, Reporting.spec()],
        question=question,
        evidence=dict(inv.evidence),
        now=inv.now,
        final=final,
    )
    start = time.monotonic()
    turn = await inv.model.turn(request, inv.watcher.text)
    inv.budget.turn(turn.usage)
    inv.messages.append(turn.message)
    inv.emit(
        ModelTurn(
            n=inv.budget.turns,
            text=inv.redactor.text(turn.message.text),
            calls=[inv.redactor.value(asdict(call)) for call in turn.message.calls],
            raw=[_masked(inv, block) for block in turn.message.raw],
            stop=turn.stop,
            usage={k: v for k, v in asdict(turn.usage).items() if v} if turn.usage != Usage() else {},
            seconds=round(time.monotonic() - start, 3),
            model=inv.redactor.text(turn.model),
        )
    )
    for note in turn.notes:
        inv.emit(Noted(text=note, level="warning"))
    return turn


def _masked(inv: Investigation, block: Mapping[str, Any]) -> dict[str, Any]:
    """A provider's block without secrets; what it signed, and what only it can read, as it is."""
    return {k: v if k in ("signature", "data") else inv.redactor.value({k: v})[k] for k, v in block.items()}
