"""One call: validated, allowed, run, kept. Whatever goes wrong becomes a result that the model reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from aisre_nb.approval.decision import Approver, Decision, Proposal, digest
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import AisreError, ChangeConflict, ToolError
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Decided
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import TIME_LIMIT, ChangeView, Tool, ToolContext, ToolResult


@dataclass(frozen=True)
class Outcome:
    """What came of one call, before it is numbered and kept."""

    call: ToolCall
    tool: Tool | None
    arguments: Mapping[str, Any]
    result: ToolResult | None = None
    error: str = ""
    decision: Decided | None = None
    stop: bool = False
    """The person pressed *Stop here*."""
    gap: bool = False
    """The call could not be answered, which the report has to say."""
    seconds: float = 0.0
    waited: float = 0.0


def prepare(registry: Registry, call: ToolCall) -> tuple[Tool, BaseModel]:
    """The tool and its arguments. Raises `ToolError`: no such tool, or what does not fit the schema."""
    tool = registry.get(call.name)
    return tool, registry.validate(call.name, call.arguments)


async def run(
    n: int, call: ToolCall, tool: Tool, arguments: BaseModel, context: ToolContext, policy: Policy,
    approver: Approver, why: str,
) -> Outcome:  # fmt: skip
    """Run one call; never raises but for cancellation."""
    start = time.monotonic()
    outcome = Outcome(call, tool, arguments.model_dump(mode="json"))
    decision: Decided | None = None
    try:
        verdict = policy.verdict(tool.name, tool.effect)
        if tool.effect == "change" or verdict != "run":
            decision, arguments = await _decided(n, call, tool, arguments, context, policy, approver, why)
            outcome = replace(outcome, decision=decision, arguments=arguments.model_dump(mode="json"))
            if decision.verdict not in ("approve", "edit"):
                return replace(
                    outcome,
                    error=_refusal(decision),
                    stop=decision.verdict == "stop",
                    seconds=time.monotonic() - start,
                    waited=decision.seconds,
                )
            if tool.effect == "change":
                await _unmoved(tool, arguments, context, decision)
        result = await asyncio.wait_for(tool.handler(context, arguments), tool.time_limit)
        outcome = replace(outcome, result=result)
    except TimeoutError:
        outcome = replace(outcome, error=f"{tool.name} gave no answer within {tool.time_limit:g} s", gap=True)
    except AisreError as error:
        outcome = replace(outcome, error=str(error), gap=tool.effect == "read")
    except Exception as error:
        # A tool may be anybody's function: its failure is a line, not the end of the investigation.
        line = " ".join(str(error).split())[:400]
        outcome = replace(outcome, error=f"{tool.name} raised {type(error).__name__}: {line}", gap=True)
    waited = decision.seconds if decision else 0.0
    return replace(outcome, seconds=time.monotonic() - start, waited=waited)


async def _decided(
    n: int, call: ToolCall, tool: Tool, arguments: BaseModel, context: ToolContext, policy: Policy,
    approver: Approver, why: str,
) -> tuple[Decided, BaseModel]:  # fmt: skip
    """Show it, have it decided; returns the decision and the arguments that were approved."""
    proposed = arguments.model_dump(mode="json")
    view = await _view(tool, arguments, context)
    proposal = Proposal(call.id, tool.name, tool.effect, proposed, view, digest(tool.name, proposed, view), why)
    verdict = policy.verdict(tool.name, tool.effect)
    if verdict == "ask":
        decision = await approver.decide(proposal)
        if decision.call_id != call.id or decision.digest != proposal.digest:
            raise ChangeConflict("the decision was about something else than what was shown", "ask again")
    else:
        reason = f"the policy is {policy.describe()}"
        allowed: Literal["approve", "reject"] = "approve" if verdict == "run" else "reject"
        decision = Decision(call.id, allowed, proposal.digest, "policy", "policy", datetime.now(UTC), reason=reason)
    if decision.verdict == "edit":
        arguments = _edited(tool, arguments, view, decision)
        view = await _view(tool, arguments, context)
    final = arguments.model_dump(mode="json")
    denied = decision.verdict == "reject" and decision.channel == "policy"
    return (
        Decided(
            n=n,
            call_id=call.id,
            tool=tool.name,
            verdict="denied" if denied else decision.verdict,
            channel=decision.channel,
            who=decision.who,
            reason=decision.reason,
            digest=digest(tool.name, final, view),
            proposed=proposed,
            final=final,
            view=asdict(view),
            seconds=round(decision.seconds, 3),
        ),
        arguments,
    )


def _edited(tool: Tool, arguments: BaseModel, view: ChangeView, decision: Decision) -> BaseModel:
    before = arguments.model_dump(mode="json")
    changed = {name for name, value in decision.arguments.items() if before.get(name) != value}
    if changed - set(view.editable):
        raise ToolError(f"{', '.join(sorted(changed - set(view.editable)))} cannot be edited", "reject it instead")
    # What follows from the edited fields must not move with them: the branch was shown, so it stays.
    return tool.arguments.model_validate({**before, **decision.arguments})


async def _view(tool: Tool, arguments: BaseModel, context: ToolContext) -> ChangeView:
    if tool.preview is not None:
        return await asyncio.wait_for(tool.preview(context, arguments), TIME_LIMIT)
    lines = (f"{name} = {value!r}" for name, value in arguments.model_dump(mode="json").items())
    return ChangeView(title=f"Run {tool.name}", body="\n".join(lines), scope=tool.effect)


async def _unmoved(tool: Tool, arguments: BaseModel, context: ToolContext, decision: Decided) -> None:
    """What runs is recomputed and compared with what was approved."""
    view = await _view(tool, arguments, context)
    if digest(tool.name, arguments.model_dump(mode="json"), view) != decision.digest:
        raise ChangeConflict("what would change is no longer what was approved; nothing ran", "propose it again")


def _refusal(decision: Decided) -> str:
    match decision.verdict:
        case "denied":
            return f"Not run: nobody approved it ({decision.reason})."
        case "stop":
            return "Not run: the person stopped the investigation."
        case _:
            return f"Not run: rejected by {decision.who}: {decision.reason or 'no reason given'}."
