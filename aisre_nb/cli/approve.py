"""``aisre-nb approve``: a change that nobody could be asked about is shown, asked for, and run exactly so."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aisre_nb.approval.differences import differences
from aisre_nb.approval.prompt import PromptApprover
from aisre_nb.cli.servers import joined
from aisre_nb.errors import AisreError, UsageError
from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.evidence.secrets import MASK
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Decided, ToolFinished
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.who import who
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources


def approve(arguments: argparse.Namespace) -> int:
    """Returns the exit status: 0 it ran, 3 it was not approved, 4 it failed."""
    from aisre_nb.session.resumed import sources_of

    settings = Settings.load().updated(approve="ask")
    record = Record.resume(_folder(arguments.record, settings))
    try:
        wanted = _wanted(record, arguments.step)
        sources = sources_of(record)
    except AisreError:
        record.close()
        raise
    return asyncio.run(_run(record, wanted, sources, settings))


async def _run(record: Record, wanted: Decided, sources: Sources, settings: Settings) -> int:
    from aisre_nb.models.builtin.model import BuiltinModel
    from aisre_nb.session.deciding import view_of
    from aisre_nb.session.resumed import resumed

    investigation = resumed(settings, record, sources, BuiltinModel())
    try:
        live = "case" not in investigation.where
        async with joined(investigation, PromptApprover(who=who()), live=live):
            tool = investigation.registry.get(wanted.tool)
            given = investigation.registry.validate(wanted.tool, wanted.proposed)
            now = await view_of(tool, given, investigation.tool_context())
            again = "; ".join(differences(_view(wanted.view), now))
            step = await _act(investigation, wanted, again)
    finally:
        await investigation.close()
    if step.evidence is not None:
        print(f"{step.evidence.id} {step.evidence.summary}")
        return 0
    if step.decision is None or step.decision.verdict in ("approve", "edit"):
        raise AisreError(step.error)
    print(step.error)
    return 3


async def _act(investigation: Investigation, wanted: Decided, again: str) -> Any:
    from aisre_nb.session.loop import act

    call = ToolCall(f"{wanted.call_id}:approve", wanted.tool, dict(wanted.proposed))
    return await act(investigation, call, f"approve step {wanted.n}", PromptApprover(who=who()), again)


def _folder(named: Path, settings: Settings) -> Path:
    """The record by its folder, or by its name among the records."""
    return named if named.is_dir() else settings.record_dir / named


def _wanted(record: Record, step: int) -> Decided:
    """The decision that denied it. Raises `UsageError` where there is none, or where it ran since."""
    denied = [e for e in record.events if isinstance(e, Decided) and e.verdict == "denied"]
    found = next((e for e in denied if e.n == step), None)
    if found is None:
        known = ", ".join(f"{e.n} ({e.tool})" for e in denied) or "none"
        raise UsageError(f"step {step} is no change that was denied", f"denied were {known}")
    done = {e.call_id for e in record.events if isinstance(e, ToolFinished) and e.evidence}
    if f"{found.call_id}:approve" in done:
        raise UsageError(f"step {step} was approved and ran already", "see: aisre-nb audit")
    if MASK.search(str(found.proposed)):
        raise UsageError(
            f"step {step} holds a secret, which no record keeps", "ask again where somebody can approve it"
        )
    return found


def _view(told: Mapping[str, Any]) -> ChangeView:
    """As it was recorded."""
    texts = {name: str(told.get(name, "")) for name in ("title", "body", "scope")}
    rows = tuple((str(a), str(b), str(c)) for a, b, c in told.get("rows") or ())
    files = tuple(FileChange(**file) for file in told.get("files") or ())
    return ChangeView(
        **texts, files=files, editable=tuple(told.get("editable") or ()), rows=rows, hunks=bool(told.get("hunks"))
    )
