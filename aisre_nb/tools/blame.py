"""Who last touched a line: from a frame of a stack trace to the commit."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.analysis.python_names import function_at
from aisre_nb.errors import AisreError
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_AROUND = 3
_SHORT = 12
"""Letters of a commit by which people name it."""
_COMMITS = 20
"""Commits of which it is asked whether the version before had them."""


class GetBlame(Arguments):
    """Arguments of `get_blame`."""

    path: str = Field(description="Path in the repository, or as a stack trace gives it.")
    line: int = Field(ge=1, description="The line, from 1, in that version.")
    version: str | None = Field(None, description="The deployed version, a branch, tag or commit. Default: main.")
    service: str | None = Field(None, description="Whose version is meant.")
    around: int = Field(_AROUND, ge=0, le=50, description="Lines before and after it that are looked at, too.")
    before_version: str | None = Field(
        None, description="The version that ran before: lines that came after it are marked new."
    )


async def _get_blame(context: ToolContext, arguments: GetBlame) -> ToolResult:
    source = configured(context.sources.code, "source code")
    first, last = max(arguments.line - arguments.around, 1), arguments.line + arguments.around
    answer = await source.blame(arguments.path, first, last, arguments.version, arguments.service)
    frame, path = answer.frame, str(answer.frame.attrs.get("path", arguments.path))
    new = await _new(context, arguments, list(dict.fromkeys(map(str, frame["commit"]))))
    frame = frame.assign(new=[commit in new for commit in frame["commit"]], asked=frame["line"] == arguments.line)
    rows = [
        {
            "line": int(row["line"]),
            "text": str(row["text"]),
            "commit": str(row["commit"]),
            "short": str(row["commit"])[:_SHORT],
            "author": str(row["author"]),
            "time": rfc3339(row["time"].to_pydatetime()) if row["time"] == row["time"] else "",
            "subject": str(row["subject"]),
            "new": bool(row["new"]),
        }
        for row in frame.to_dict("records")
    ]
    own = next((row for row in rows if row["line"] == arguments.line), rows[-1] if rows else {})
    facts: dict[str, Any] = {
        "path": path,
        "version": arguments.version,
        "line": arguments.line,
        "function": await _function(context, arguments, path),
        "commit": own.get("commit", ""),
        "author": own.get("author", ""),
        "time": own.get("time", ""),
        "subject": own.get("subject", ""),
        "new": bool(own.get("new", False)),
        "lines": rows,
    }
    title = f"{path}:{arguments.line} at {arguments.version or 'main'}"
    return ToolResult("table", title, _said(facts), frame, facts, answer.source, answer.query, link=answer.link)


async def _new(context: ToolContext, arguments: GetBlame, commits: list[str]) -> set[str]:
    """The commits that the version before had not; none where it is not known."""
    source = configured(context.sources.code, "source code")
    if not arguments.before_version:
        return set()
    found = set()
    for commit in commits[:_COMMITS]:
        if not await source.is_in(commit, arguments.before_version, arguments.service or ""):
            found.add(commit)
    return found


async def _function(context: ToolContext, arguments: GetBlame, path: str) -> str:
    """Where the language is known; the line alone is an answer, too."""
    if not path.endswith(".py"):
        return ""
    try:
        found = await configured(context.sources.code, "source code").file(path, arguments.version, arguments.service)
    except AisreError:
        return ""
    return function_at("\n".join(map(str, found.frame["text"])), arguments.line)


def _said(facts: dict[str, Any]) -> str:
    where = f"line {facts['line']}" + (f" of {facts['function']}" if facts["function"] else "")
    told = f"{where} was last touched by {facts['author']} in {facts['commit'][:_SHORT]} ({facts['subject']})"
    if facts["time"]:
        told += f" at {facts['time'][:16].replace('T', ' ')} UTC"
    return f"{told}, after the version before" if facts["new"] else told


get_blame = Tool(
    "get_blame",
    "Which commit last touched a line of a file and the lines around it, at the deployed version, with author, time, "
    "message and function. Give it a frame of a stack trace; with the version before, it says what is new.",
    GetBlame,
    _get_blame,
)
