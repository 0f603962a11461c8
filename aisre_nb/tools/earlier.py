"""A result that was too large to be read whole, read further."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult


class ReadEvidence(Arguments):
    """Arguments of `read_evidence`."""

    id: str = Field(description="The evidence's number, such as E3.")
    columns: list[str] = Field(default_factory=list, description="Only these columns.")
    where: dict[str, str] = Field(default_factory=dict, description="Only rows whose columns equal these.")
    contains: str | None = Field(None, description="Only rows in which some column contains this text.")
    offset: int = Field(0, ge=0)
    limit: int = Field(50, ge=1, le=500)


async def _read_evidence(context: ToolContext, arguments: ReadEvidence) -> ToolResult:
    evidence = context.evidence.get(arguments.id)
    if evidence is None:
        raise ToolError(f"there is no {arguments.id}", f"there are {', '.join(context.evidence) or 'none yet'}")
    frame = evidence.df
    unknown = [c for c in (*arguments.columns, *arguments.where) if c not in frame]
    if unknown:
        raise ToolError(
            f"{evidence.id} has no column {unknown[0]!r}", f"its columns are {', '.join(map(str, frame.columns))}"
        )
    for column, wanted in arguments.where.items():
        frame = frame[frame[column].astype(str) == wanted]
    if arguments.contains:
        hit = frame.astype(str).apply(lambda c: c.str.contains(arguments.contains, regex=False, case=False)).any(axis=1)
        frame = frame[hit]
    total = len(frame)
    part = frame.iloc[arguments.offset : arguments.offset + arguments.limit]
    part = part[arguments.columns] if arguments.columns else part
    facts: dict[str, Any] = {"of": evidence.id, "rows": total, "offset": arguments.offset}
    return ToolResult(
        "table",
        f"{evidence.id}, rows {arguments.offset + 1} to {arguments.offset + len(part)} of {total}",
        f"{len(part)} rows of {evidence.title}",
        part.reset_index(drop=True),
        facts,
        evidence.source,
        evidence.query,
        evidence.window,
    )


read_evidence = Tool(
    "read_evidence",
    "Look into an earlier result: other rows, some columns, rows that contain a text.",
    ReadEvidence,
    _read_evidence,
)
