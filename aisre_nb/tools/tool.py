"""A tool: name, arguments, effect, handler. Built-in ones and a user's function are the same thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from aisre_nb.evidence.evidence import Evidence, EvidenceKind
from aisre_nb.times import Window

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from aisre_nb.sources.base import Sources

Effect = Literal[
    "read",  # looks; runs without asking under the default policy
    "change",  # alters something outside this session; runs only when a person or the command line allowed it
]


@dataclass(frozen=True)
class FileChange:
    """One file of a change, whole, before and after."""

    path: str
    before: str | None
    """None where the file is new."""
    after: str | None
    """None where the file is deleted."""
    diff: str
    """Unified diff of the two."""


@dataclass(frozen=True)
class ChangeView:
    """What a person is shown before a change; a decision is bound to the digest of all of it."""

    title: str
    body: str
    scope: str
    """What it touches: ``"repository shop, branch aisre/rollback-cart"``."""
    files: tuple[FileChange, ...] = ()
    editable: tuple[str, ...] = ()
    """Arguments that the person may edit in the card: ``("title", "body")``."""


@dataclass(frozen=True)
class ToolResult:
    """What a handler returns; the session turns it into `Evidence` (number, redaction, text, digest)."""

    kind: EvidenceKind
    title: str
    summary: str
    frame: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    query: str = ""
    window: Window | None = None
    text: str = ""
    """Replaces the generated text for the model; still bounded and redacted."""
    link: str | None = None


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
