"""The source: what changed between two versions, and a file as it was."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.analysis.suspects import changed_lines, suspects
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_WHOLE = 60_000


class GetSourceDiff(Arguments):
    """Arguments of `get_source_diff`."""

    service: str = Field(description="The service's exact name.")
    from_version: str = Field(description="The version before, such as get_deployments named it.")
    to_version: str = Field(description="The version after.")
    stack_frames: list[str] = Field(
        default_factory=list, description='Frames of a stack trace, "file:line", innermost last.'
    )
    symbols: list[str] = Field(default_factory=list, description="Names from the error message, such as a variable.")


async def _get_source_diff(context: ToolContext, arguments: GetSourceDiff) -> ToolResult:
    source = configured(context.sources.code, "source code")
    answer = await source.diff(arguments.service, arguments.from_version, arguments.to_version)
    hunks = answer.frame
    marked = suspects(hunks, arguments.stack_frames, arguments.symbols)
    why = {m["hunk"]: m["why"] for m in marked}
    frame = hunks.assign(suspect=[n in why for n in range(len(hunks))], why=[why.get(n, "") for n in range(len(hunks))])
    lines = [changed_lines(str(text)) for text in hunks["text"]]
    facts: dict[str, Any] = {
        "service": arguments.service,
        "from": arguments.from_version,
        "to": arguments.to_version,
        "files": list(dict.fromkeys(map(str, hunks["file"]))),
        "hunks": len(hunks),
        "added": sum(len(a) for a, _ in lines),
        "removed": sum(len(r) for _, r in lines),
        "suspects": marked,
    }
    said = f"{facts['hunks']} hunks in {len(facts['files'])} files, +{facts['added']} −{facts['removed']}"
    if marked:
        said += f"; suspect: {marked[0]['file']}:{marked[0]['line']} ({marked[0]['why']})"
    return ToolResult(
        "diff",
        f"{arguments.service}: {arguments.from_version} → {arguments.to_version}",
        said,
        frame,
        facts,
        answer.source,
        answer.query,
        link=answer.link,
    )


class GetSourceFile(Arguments):
    """Arguments of `get_source_file`."""

    path: str = Field(description="Path in the repository, or as a stack trace gives it.")
    version: str | None = Field(None, description="Branch, tag, commit or a version of the service. Default: main.")
    service: str | None = Field(None, description="Whose version is meant.")
    mark_lines: list[int] = Field(default_factory=list, description="Lines to mark for the reader.")


async def _get_source_file(context: ToolContext, arguments: GetSourceFile) -> ToolResult:
    source = configured(context.sources.code, "source code")
    answer = await source.file(arguments.path, arguments.version, arguments.service)
    frame, path = answer.frame, str(answer.frame.attrs.get("path", arguments.path))
    text = "\n".join(frame["text"]) + "\n"
    frame = frame.assign(marked=frame["line"].isin(arguments.mark_lines))
    facts = {
        "path": path,
        "version": arguments.version,
        "lines": len(frame),
        "text": text if len(text) < _WHOLE else None,
    }
    marks = [f"line {r.line}: {str(r.text).strip()}" for r in frame[frame["marked"]].itertuples()][:3]
    said = "; ".join(marks) or f"{len(frame)} lines"
    title = f"{path} at {arguments.version or 'main'}"
    return ToolResult("file", title, said, frame, facts, answer.source, answer.query, link=answer.link)


get_source_diff = Tool(
    "get_source_diff",
    "What changed in a service's source and manifest between two versions, hunk by hunk. Give the frames of the stack "
    "trace and the names in the error: the hunk that they lead to is marked.",
    GetSourceDiff,
    _get_source_diff,
)
get_source_file = Tool(
    "get_source_file",
    "A file of the repository at a version, by line. Read it before you propose an edit: its old text must match.",
    GetSourceFile,
    _get_source_file,
)
