"""Where a text stands in the source."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources.code_source import CodeSearch
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_ROWS = 200
_TOLD = 3


class SearchSource(Arguments):
    """Arguments of `search_source`."""

    text: str = Field(min_length=2, max_length=200, description="As it stands there; no pattern.")
    service: str | None = Field(None, description="Only in this service's folder.")


async def _search_source(context: ToolContext, arguments: SearchSource) -> ToolResult:
    source = context.sources.code
    if not isinstance(source, CodeSearch):
        raise ToolError("no source of code can be searched", "add a repository under [sources] in aisre.toml")
    if not arguments.text.isprintable():
        raise ToolError("the text is more than one line", "search for a part of one line")
    answer = await source.search(arguments.text, arguments.service)
    frame = answer.frame.head(_ROWS)
    rows: list[dict[str, Any]] = frame.to_dict("records")
    where = [f"{row['path']}:{row['line']}" if row["line"] else str(row["path"]) for row in rows]
    files = list(dict.fromkeys(str(row["path"]) for row in rows))
    more = f" and {len(where) - _TOLD} more" if len(where) > _TOLD else ""
    said = (
        f"{len(where)} lines in {len(files)} files: {', '.join(where[:_TOLD])}{more}" if where else "no line holds it"
    )
    facts = {"text": arguments.text, "service": arguments.service, "files": files, "lines": rows[:50]}
    return ToolResult(
        "table", f"{arguments.text[:60]} in the source", said, frame, facts, answer.source, answer.query,
        notes=answer.notes, link=answer.link,
    )  # fmt: skip


search_source = Tool(
    "search_source",
    "Lines of the repository's main branch that hold a text, in any case: a name from an error message, a setting, a "
    "route. Read the file before you propose an edit.",
    SearchSource,
    _search_source,
)
