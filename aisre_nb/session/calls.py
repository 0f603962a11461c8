"""One call: validated, allowed, run, kept. Whatever goes wrong becomes a result that the model reads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.models.base import ToolCall
from aisre_nb.record.events import Decided
from aisre_nb.session.asking import Asking
from aisre_nb.session.deciding import Settled, settle, wanted
from aisre_nb.session.desk import Desk
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_GRACE = 4.0
"""Seconds that a change gets to end when the person stops: less than the stop button waits for."""


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
    missing: bool = False
    """The source answers, and has nothing of that."""
    seconds: float = 0.0
    waited: float = 0.0


def prepare(registry: Registry, call: ToolCall) -> tuple[Tool, BaseModel]:
    """The tool and its arguments. Raises `ToolError`: no such tool, or what does not fit the schema."""
    tool = registry.get(call.name)
    return tool, registry.validate(call.name, call.arguments)


async def run(
    n: int,
    call: ToolCall,
    tool: Tool,
    arguments: BaseModel,
    context: ToolContext,
    desk: Desk,
    why: str,
    again: str = "",
) -> Outcome:
    """Run one call; never raises but for cancellation, and not for that while a change is under way."""
    start = time.monotonic()
    outcome = Outcome(call, tool, arguments.model_dump(mode="json"))
    settled: Settled | None = None
    asking = Asking(n, call, tool, arguments, context, desk)
    context = replace(context, ask=asking)
    try:
        ruling, standing = desk.policy.ruling(wanted(tool, context, arguments))
        if tool.effect == "read" and ruling == "run" and standing is not None:
            standing.used += 1
        if tool.effect == "change" or ruling != "run":
            settled = await settle(n, call, tool, arguments, context, desk, why, again)
            arguments = settled.arguments
            outcome = replace(outcome, decision=settled.decision, arguments=arguments.model_dump(mode="json"))
            if not settled.allowed:
                return replace(
                    outcome,
                    error=_refusal(settled.decision),
                    stop=settled.decision.verdict == "stop",
                    seconds=time.monotonic() - start,
                    waited=settled.waited,
                )
        if tool.effect == "change" and settled is not None:
            outcome = await _changed(outcome, tool, arguments, replace(context, approved=settled.view), desk, settled)
        else:
            result = await asyncio.wait_for(tool.handler(context, arguments), tool.time_limit)
            outcome = replace(outcome, result=result)
    except TimeoutError:
        outcome = replace(outcome, error=f"{tool.name} gave no answer within {tool.time_limit:g} s", gap=True)
    except AisreError as error:
        missing = isinstance(error, SignalMissing)
        outcome = replace(outcome, error=str(error), gap=tool.effect == "read", missing=missing)
    except Exception as error:
        outcome = replace(outcome, error=_raised(tool, error, desk), gap=True)
    waited = asking.waited + (settled.waited if settled else 0.0)
    return replace(outcome, seconds=time.monotonic() - start, waited=waited, stop=outcome.stop or asking.stopped)


async def _changed(
    outcome: Outcome, tool: Tool, arguments: BaseModel, context: ToolContext, desk: Desk, settled: Settled
) -> Outcome:
    """Run an approved change to its end, and write down how it ended."""
    start = time.monotonic()
    running = asyncio.ensure_future(tool.handler(context, arguments))
    stop = False
    try:
        await asyncio.wait({running}, timeout=tool.time_limit)
    except asyncio.CancelledError:
        # Half a change is worse than a late stop: what was begun ends first.
        await asyncio.wait({running}, timeout=_GRACE)
        stop = True
    if not running.done():
        running.cancel()
        limit = _GRACE if stop else tool.time_limit
        error = f"{tool.name} did not end within {limit:g} s, and may have been done in part: look before you go on"
        desk.ran(settled.decision, error, time.monotonic() - start)
        return replace(outcome, error=error, stop=stop)
    failed = running.exception()
    error = "" if failed is None else str(failed) if isinstance(failed, AisreError) else _raised(tool, failed, desk)
    desk.ran(settled.decision, error, time.monotonic() - start)
    if failed is not None:
        return replace(outcome, error=error, stop=stop, gap=not isinstance(failed, AisreError))
    return replace(outcome, result=running.result(), stop=stop)


def _raised(tool: Tool, error: BaseException, desk: Desk) -> str:
    # A tool may be anybody's function: its failure is a line, not the end of the investigation. Masked before it is
    # cut: half a key is no key to a rule.
    return f"{tool.name} raised {type(error).__name__}: {' '.join(desk.redactor.text(str(error)).split())[:400]}"


def _refusal(decision: Decided) -> str:
    match decision.verdict:
        case "denied":
            return f"Not run: nobody approved it ({decision.reason})."
        case "stop":
            return "Not run: the person stopped the investigation."
        case _:
            return f"Not run: rejected by {decision.who}: {decision.reason or 'no reason given'}."
