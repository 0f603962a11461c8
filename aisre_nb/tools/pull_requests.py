"""A change to the code, proposed for people to merge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult
from aisre_nb.tools.undoing import closing


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
    view = await configured(context.sources.code, "source code").preview_pull_request(_request(arguments))
    return replace(view, hunks=True)


def _scope(context: ToolContext, arguments: CreatePullRequest) -> tuple[str, ...]:
    return (f"repository:{context.sources.code.name}",) if context.sources.code else ()


def _rewritten(arguments: CreatePullRequest, files: Mapping[str, tuple[str | None, str | None]]) -> CreatePullRequest:
    """The same request with the files as a person left them; one that they left as it is, is not part of it."""
    edits = [edit_between(path, before, after or "") for path, (before, after) in files.items() if before != after]
    if not edits:
        raise ToolError("every hunk was left out, so nothing would change", "reject it instead")
    found = arguments.model_copy(update={"edits": edits})
    shown = _request(arguments).branch
    # The branch was shown, and is made from the first edit where none is named.
    return found if _request(found).branch == shown else found.model_copy(update={"branch": shown})


def edit_between(path: str, before: str | None, after: str) -> FileEdit:
    """One replacement that makes ``after`` of ``before``, with as much around it as it takes to occur once."""
    if before is None:
        return FileEdit(path=path, old="", new=after)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - first
    last = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    while True:
        text = "".join(old[first : len(old) - last])
        if text and before.find(text, before.find(text) + 1) < 0:
            return FileEdit(path=path, old=text, new="".join(new[first : len(new) - last]))
        if not first and not last:
            raise ToolError(f"{path} is empty, and cannot be edited", "reject it instead")
        first, last = max(first - 1, 0), max(last - 1, 0)


async def _create(context: ToolContext, arguments: CreatePullRequest) -> ToolResult:
    source = configured(context.sources.code, "source code")
    # What was approved is what is opened: where the repository is another one by now, nothing is.
    view = context.approved or await _preview(context, arguments)
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
        "undo": closing(opened.get("number"), opened.get("commit")),
    }
    said = f"pull request #{facts['number']} is {facts['state']}: branch {facts['branch']}"
    return ToolResult(
        "pull_request", arguments.title, said, answer.frame, facts, answer.source, answer.query, notes=answer.notes
    )


create_pull_request = Tool(
    "create_pull_request",
    "Propose a change as a pull request; a person sees the diff and decides before anything is pushed. rollback: set "
    "the deployment's manifest back. fix: mend the code. Read the files first: an edit's old "
    "text must occur exactly once.",
    CreatePullRequest,
    _create,
    "change",
    _preview,
    _scope,
    _rewritten,
)
