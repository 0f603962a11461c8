"""A tool: name, arguments, effect, handler. Built-in ones and a user's function are the same thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.result import ToolResult

if TYPE_CHECKING:
    from datetime import datetime

    from aisre_nb.sources.base import Sources

__all__ = ["ChangeView", "Effect", "FileChange", "Handler", "Preview", "Tool", "ToolContext", "ToolResult"]

Effect = Literal[
    "read",  # looks; runs without asking under the default policy
    "change",  # alters something outside this session; runs only when a person or the command line allowed it
]


@dataclass(frozen=True)
class ToolContext:
    """What a handler may use."""

    sources: Sources
    now: datetime
    """The instant that "30m ago" counts from: the source's *now* in a telemetry folder."""
    evidence: Mapping[str, Evidence]
    """What is known so far, by id."""
    default_since: str = "2h"


Handler = Callable[[ToolContext, Any], Awaitable[ToolResult]]
Preview = Callable[[ToolContext, Any], Awaitable[ChangeView]]


@dataclass(frozen=True)
class Tool:
    """A named capability."""

    name: str
    description: str
    """Teaches the model when to use it and when not."""
    arguments: type[BaseModel]
    handler: Handler
    effect: Effect = "read"
    preview: Preview | None = None
    """Needed for ``change``: computes exactly what would happen, and changes nothing."""

    def schema(self) -> dict[str, Any]:
        """The arguments' JSON schema, as models and MCP clients want it."""
        schema = self.arguments.model_json_schema()
        schema.pop("title", None)
        return schema
