"""What programs say of a pull request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.code_source import RequestChecks
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_EVERY = 15.0
"""Seconds between two looks."""
_OPEN = ("waiting", "running")


class GetPullRequestChecks(Arguments):
    """Arguments of `get_pull_request_checks`."""

    number: int = Field(ge=1)
    minutes: float = Field(0, ge=0, le=30, description="How long to wait for them to end; 0 looks once.")


async def _get_checks(context: ToolContext, arguments: GetPullRequestChecks) -> ToolResult:
    source = context.sources.code
    if not isinstance(source, RequestChecks):
        raise ToolError("this repository has no checks of pull requests", "go on without")
    answer = await _watched(context, source, arguments)
    states = Counter(map(str, answer.frame["state"]))
    failed = [str(row["name"]) for row in answer.frame.to_dict("records") if row["state"] == "failed"]
    said = ", ".join(f"{count} {state}" for state, count in states.most_common()) or "it has no checks"
    said += f": {', '.join(failed[:5])} failed" if failed else ""
    verdict = "failed" if failed else "running" if any(states[s] for s in _OPEN) else "passed" if states else "none"
    facts = {
        "number": arguments.number,
        "commit": answer.frame.attrs.get("commit"),
        "verdict": verdict,
        "states": dict(states),
        "failed": failed,
    }
    title = f"Checks of #{arguments.number}: {verdict}"
    return ToolResult("table", title, said, answer.frame, facts, answer.source, answer.query, link=answer.link)


async def _watched(context: ToolContext, source: RequestChecks, arguments: GetPullRequestChecks) -> Answer:
    end = time.monotonic() + arguments.minutes * 60
    while True:
        answer = await source.checks(arguments.number)
        states = set(answer.frame["state"])
        left = end - time.monotonic()
        # Right after it was opened there are none yet.
        if left <= 0 or (states and not states & set(_OPEN)):
            return answer
        context.tell(f"{len(answer.frame)} checks; {left / 60:.1f} minutes to go\n")
        await asyncio.sleep(min(_EVERY, left))


get_pull_request_checks = Tool(
    "get_pull_request_checks",
    "What the programs that check a pull request say of it: tests, linters, builds. Look after opening one; a failure "
    "says what to mend.",
    GetPullRequestChecks,
    _get_checks,
)
