"""What was done here is taken back, by its result's number, and asks like any change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.evidence.secrets import MASK
from aisre_nb.tools import actions, silences
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult

CLOSE, RESTORE = "close_pull_request", "restore_incident"
"""Undos that no cluster does."""


class UndoAction(Arguments):
    """Arguments of `undo_action`."""

    step: str = Field(pattern=r"^E\d{1,6}$", description="The number of the action's result, such as E9.")
    reason: str = Field("", max_length=4000, description=actions.REASON)


def closing(number: Any, head: Any) -> dict[str, Any]:
    """The undo of a pull request that was opened."""
    return {"action": CLOSE, "number": number, "head": head}


def restoring(id: str, before: str, after: str) -> dict[str, Any]:
    """The undo of an incident's update."""
    return {"action": RESTORE, "id": id, "before": before, "sha256": hashlib.sha256(after.encode()).hexdigest()}


def _undo(context: ToolContext, step: str) -> dict[str, Any]:
    """What takes back what a result says was done. Raises `ToolError` where nothing does."""
    done = context.evidence.get(step)
    if done is None or "undo" not in done.facts:
        acted = [e.id for e in context.evidence.values() if e.facts.get("undo")]
        raise ToolError(f"{step} is no action that was done", f"there are {', '.join(acted) or 'none'}")
    again = next((e.id for e in context.evidence.values() if e.facts.get("undoes") == step), None)
    if again:
        raise ToolError(f"{step} was undone already: see {again}")
    if not isinstance(done.facts["undo"], Mapping):
        raise ToolError(f"nothing takes {step} back ({done.title})", "mend it by another action")
    found = dict(done.facts["undo"])
    if MASK.search(str(found)):
        # Only placeholders of secrets are kept: they would take the place of what stood there.
        raise ToolError(f"{step} held a secret, which is not kept", "a person must take it back")
    return found


async def _preview(context: ToolContext, given: UndoAction) -> ChangeView:
    undo = _undo(context, given.step)
    match undo["action"]:
        case "close_pull_request":
            code = configured(context.sources.code, "source code")
            view = await code.preview_close(int(undo["number"]))
            return ChangeView(view.title, given.reason, view.scope, rows=view.rows)
        case "restore_incident":
            source = configured(context.sources.incidents, "incidents")
            change = await source.preview_restore(undo["id"], undo["before"], undo["sha256"])
            return ChangeView(f"Restore {undo['id']}", given.reason, f"incident {undo['id']}", (change,))
        case silences.EXPIRE:
            return await silences.preview_expire(context, str(undo["id"]), given.reason)
        case _:
            return await actions.view(context, undo, given.reason)


async def _do(context: ToolContext, given: UndoAction) -> ToolResult:
    undo = _undo(context, given.step)
    facts: dict[str, Any] = {"undoes": given.step, "undo": None}
    match undo["action"]:
        case "close_pull_request":
            code = configured(context.sources.code, "source code")
            closed = await code.close_pull_request(int(undo["number"]), str(undo["head"]))
            said = f"pull request #{undo['number']} is closed, and its branch {closed['branch']} deleted"
            return ToolResult("text", said.capitalize(), said, None, facts, code.name)
        case "restore_incident":
            source = configured(context.sources.incidents, "incidents")
            await source.restore(undo["id"], undo["before"], undo["sha256"])
            said = f"{undo['id']} is as it was before {given.step}"
            return ToolResult("text", said, said, None, facts, source.name)
        case silences.EXPIRE:
            return await silences.expire(context, str(undo["id"]), given.step)
        case _:
            return await actions.done(context, undo, given.step)


def _scope(context: ToolContext, given: UndoAction) -> tuple[str, ...]:
    try:
        undo = _undo(context, given.step)
    except ToolError:
        return ()
    match undo["action"]:
        case "close_pull_request":
            return (f"repository:{context.sources.code.name}",) if context.sources.code else ()
        case "restore_incident":
            return (f"incident:{undo['id']}",)
        case silences.EXPIRE:
            return (f"silence:{undo['id']}",)
        case _:
            return actions.scope(context, undo)


undo_action = Tool(
    "undo_action",
    "Take back what was done here, by its result's number: an action of which verify says that it made things worse "
    "or changed nothing, a pull request (it is closed and its branch deleted), an incident's update. A person sees "
    "what it changes and decides.",
    UndoAction,
    _do,
    "change",
    _preview,
    _scope,
    moves=True,
)
