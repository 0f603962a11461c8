"""A change to the code, proposed for people to merge."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from pydantic import Field

from aisre_nb.sources.base import Edit, PullRequest
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult


class FileEdit(Arguments):
    """One replacement."""

    path: str = Field(description="Path in the repository.")
    old: str = Field(description="Text that occurs exactly once in the file, with its white space.")
    new: str = Field(description="What stands there afterwards.")


class CreatePullRequest(Arguments):
    """Arguments of `create_pull_request`."""

    kind: Literal["rollback", "fix", "runbook"]
    title: str = Field(min_length=3, max_length=200)
    body: str = Field("", max_length=20_000, description="Markdown: why, with the evidence's numbers.")
    edits: list[FileEdit] = Field(min_length=1)
    branch: str = Field("", description="Empty: made from the kind and the first file.")
    base: str = Field("", description="Empty: the main branch.")
    evidence: list[str] = Field(default_factory=list, description="The evidence that it rests on.")


def _request(arguments: CreatePullRequest) -> PullRequest:
    # Not from the title, which a person may edit in the card: the branch stays the one that was shown.
    stem = re.sub(r"[^a-z0-9]+", "-", arguments.edits[0].path.rsplit(".", 1)[0].lower()).strip("-")[-50:].strip("-")
    branch = arguments.branch or f"aisre/{arguments.kind}-{stem or 'change'}"
    edits = tuple(Edit(e.path, e.old, e.new) for e in arguments.edits)
    return PullRequest(arguments.kind, arguments.title, arguments.body, branch, edits, arguments.base)


async def _preview(context: ToolContext, arguments: CreatePullRequest) -> ChangeView:
    return await configured(context.sources.code, "source code").preview_pull_request(_request(arguments))


async def _create(context: ToolContext, arguments: CreatePullRequest) -> ToolResult:
    source = configured(context.sources.code, "source code")
    view = await _preview(context, arguments)
    answer = await source.open_pull_request(replace(_request(arguments), files=view.files))
    opened = answer.frame.attrs
    facts = {
        "number": opened.get("number"),
        "kind": arguments.kind,
        "title": arguments.title,
        "branch": opened.get("branch"),
        "url": opened.get("url"),
        "state": opened.get("state"),
        "files": list(map(str, answer.frame["file"])),
        "commit": opened.get("commit"),
        "base": opened.get("base"),
    }
    said = f"pull request #{facts['number']} is {facts['state']}: branch {facts['branch']}"
    return ToolResult("pull_request", arguments.title, said, answer.frame, facts, answer.source, answer.query)


create_pull_request = Tool(
    "create_pull_request",
    "Propose a change as a pull request; a person sees the diff and decides before anything is pushed. rollback: set "
    "the deployment's manifest back. fix: mend the code. Read the files first: an edit's old "
    "text must occur exactly once.",
    CreatePullRequest,
    _create,
    "change",
    _preview,
)
