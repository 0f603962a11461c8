"""A call is shown, decided, and shown again when what it would do has changed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from pydantic import BaseModel, ValidationError

from aisre_nb.approval.decision import Decision, Proposal, digest
from aisre_nb.approval.differences import differences
from aisre_nb.approval.hunks import changed_lines
from aisre_nb.approval.policy import Standing
from aisre_nb.approval.rule import Wanted
from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Decided
from aisre_nb.session.desk import Desk
from aisre_nb.sources.estimate import estimated
from aisre_nb.tools.tool import TIME_LIMIT, ChangeView, Tool, ToolContext

_ROUNDS = 5
"""So often one call is shown again, at most."""


@dataclass(frozen=True)
class Settled:
    """What was decided in the end."""

    decision: Decided
    arguments: BaseModel
    view: ChangeView
    waited: float
    """Seconds that people took."""

    @property
    def allowed(self) -> bool:
        """Whether it may run."""
        return self.decision.verdict in ("approve", "edit")


def wanted(tool: Tool, context: ToolContext, arguments: BaseModel, view: ChangeView | None = None) -> Wanted:
    """The call as a policy sees it."""
    lines = sum(changed_lines(file.before, file.after) for file in view.files) if view else 0
    return Wanted(tool.name, tool.effect, tool.scope(context, arguments), lines)


async def settle(
    n: int,
    call: ToolCall,
    tool: Tool,
    arguments: BaseModel,
    context: ToolContext,
    desk: Desk,
    why: str,
    again: str = "",
) -> Settled:
    """Have a call decided. What it returns as allowed is what was shown, and is not older than the desk's minutes.

    ``again``: what changed since an earlier showing. Raises an `AisreError` where it cannot be shown or written down;
    nothing may run then.
    """
    proposed, waited = arguments, 0.0
    view = await view_of(tool, arguments, context)
    for number in range(_ROUNDS):
        # Each showing has an id of its own, so that a click on an earlier card decides nothing.
        shown_as = f"{call.id}#{number}" if number else call.id
        proposal = _proposal(shown_as, tool, arguments, context, view, why, again)
        shown_at = desk.clock()
        decision, standing = await desk.decide(proposal, wanted(tool, context, arguments, view))
        waited += decision.seconds
        if decision.verdict == "edit":
            arguments = _edited(tool, arguments, view, decision)
            view = await _edited_view(tool, arguments, context, view, decision)
        told = _told(n, call, tool, proposed, arguments, view, proposal, decision, standing)
        found = Settled(desk.write(told), arguments, view, waited)
        if not found.allowed or tool.effect == "read":
            return found
        fresh = await view_of(tool, arguments, context)
        again = "; ".join(differences(view, fresh))
        if desk.clock() - shown_at > desk.minutes * 60:
            again = "; ".join(part for part in (f"the approval is older than {desk.minutes:g} minutes", again) if part)
        if not again:
            if standing is not None and not decision.grant:
                standing.used += 1
            return found
        view = fresh
    raise ChangeConflict("what it would do changed each time that it was shown; nothing ran", "propose it again")


async def view_of(tool: Tool, arguments: BaseModel, context: ToolContext) -> ChangeView:
    """What a person is shown."""
    if tool.preview is not None:
        return await asyncio.wait_for(tool.preview(context, arguments), TIME_LIMIT)
    lines = (f"{name} = {value!r}" for name, value in arguments.model_dump(mode="json").items() if value is not None)
    view = ChangeView(title=f"Run {tool.name}", body="\n".join(lines), scope=tool.effect)
    found = await estimated(tool.handler(context, arguments)) if tool.effect == "read" and tool.estimates else None
    if found is None:
        return view
    return replace(view, rows=(("the first query", "", found.query), ("what it reads", "", found.cost)))


def _proposal(
    shown_as: str, tool: Tool, arguments: BaseModel, context: ToolContext, view: ChangeView, why: str, again: str
) -> Proposal:
    given = arguments.model_dump(mode="json")
    return Proposal(
        shown_as, tool.name, tool.effect, given, view, digest(tool.name, given, view), why,
        tool.scope(context, arguments), again,
    )  # fmt: skip


def _edited(tool: Tool, arguments: BaseModel, view: ChangeView, decision: Decision) -> BaseModel:
    """The arguments that the person left; nothing but what the card offers may be another."""
    before = arguments.model_dump(mode="json")
    changed = {name for name, value in decision.arguments.items() if before.get(name) != value}
    if changed - set(view.editable):
        raise ToolError(f"{', '.join(sorted(changed - set(view.editable)))} cannot be edited", "reject it instead")
    try:
        # What follows from the edited fields must not move with them: the branch was shown, so it stays.
        edited = tool.arguments.model_validate({**before, **decision.arguments})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:4])
        raise ToolError(f"what was edited does not fit: {wrong}", "nothing ran; propose it again") from None
    texts = _written(view, decision.files)
    if not texts:
        return edited
    if tool.rewritten is None or not view.hunks:
        raise ToolError("the files of this cannot be edited", "reject it instead")
    return tool.rewritten(edited, texts)


def _written(view: ChangeView, files: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Each file before and after, as the person left it; empty where none was touched."""
    shown = {file.path: file for file in view.files}
    if unknown := sorted(set(files) - set(shown)):
        raise ToolError(f"{', '.join(unknown)} was not shown", "reject it instead")
    if all(files[path] == shown[path].after for path in files):
        return {}
    return {path: (file.before, files.get(path, file.after)) for path, file in shown.items()}


async def _edited_view(
    tool: Tool, arguments: BaseModel, context: ToolContext, shown: ChangeView, decision: Decision
) -> ChangeView:
    """What the edited call would do, which must be what the person wrote and nothing else."""
    view = await view_of(tool, arguments, context)
    texts = _written(shown, decision.files)
    left = {path: after for path, (before, after) in texts.items() if before != after} if texts else None
    found = {file.path: file.after for file in view.files}
    if left is not None and left != found:
        raise ChangeConflict("the edited files cannot be written as they were left; nothing ran", "propose it again")
    same = {file.path: file.before for file in shown.files}
    # A file that moved while it was edited: the person saw another one.
    if any(same.get(file.path, file.before) != file.before for file in view.files):
        raise ChangeConflict("the repository moved while this was edited; nothing ran", "propose it again")
    return view


def _told(
    n: int, call: ToolCall, tool: Tool, proposed: BaseModel, arguments: BaseModel, view: ChangeView,
    proposal: Proposal, decision: Decision, standing: Standing | None,
) -> Decided:  # fmt: skip
    final = arguments.model_dump(mode="json")
    denied = decision.verdict == "reject" and decision.channel == "policy"
    return Decided(
        n=n,
        call_id=call.id,
        tool=tool.name,
        verdict="denied" if denied else decision.verdict,
        channel=decision.channel,
        who=decision.who,
        reason=decision.reason,
        digest=digest(tool.name, final, view),
        proposed=proposed.model_dump(mode="json"),
        final=final,
        view=asdict(view),
        seconds=round(decision.seconds, 3),
        scope=list(proposal.scope),
        again=proposal.again,
        rule=standing.rule.words() if standing else "",
    )
