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

    from aisre_nb.sources.sources import Sources

__all__ = ["Ask", "ChangeView", "Effect", "FileChange", "Handler", "Preview", "Tool", "ToolContext", "ToolResult"]

Effect = Literal[
    "read",  # looks; runs without asking under the default policy
    "change",  # alters something outside this session; runs only when a person or the command line allowed it
]


TIME_LIMIT = 120.0
"""Seconds that a call may take."""


Ask = Callable[[ChangeView, Mapping[str, str], str], Awaitable["Mapping[str, str] | None"]]
"""What is shown, its editable values, and why it is shown again; the values as the person left them, None: no."""


def _nobody(text: str) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class ToolContext:
    """What a handler may use."""

    sources: Sources
    now: datetime
    """The instant that "30m ago" counts from: the source's *now* in a telemetry folder."""
    evidence: Mapping[str, Evidence]
    """What is known so far, by id."""
    default_since: str = "2h"
    tell: Callable[[str], None] = _nobody
    """Told how far a long call is, in words."""
    approved: ChangeView | None = None
    """Of a change that runs: what was approved, and nothing else may be done."""
    ask: Ask | None = None
    """Asks the person for values while a call runs; None: nobody can be asked."""


Handler = Callable[[ToolContext, Any], Awaitable[ToolResult]]
Preview = Callable[[ToolContext, Any], Awaitable[ChangeView]]
Scope = Callable[[ToolContext, Any], tuple[str, ...]]
Rewritten = Callable[[Any, Mapping[str, tuple[str | None, str | None]]], BaseModel]


def scope_of(context: ToolContext, arguments: BaseModel) -> tuple[str, ...]:
    """``service:cart`` where the arguments name a service: what most tools touch."""
    service = getattr(arguments, "service", None)
    return (f"service:{service}",) if service else ()


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
    scope: Scope = scope_of
    """What a call touches, as rules name it: ``("repository:shop",)``; empty: no rule with a scope covers it."""
    rewritten: Rewritten | None = None
    """The arguments for files (path, before and after) of which a person left out or edited hunks."""
    estimates: bool = False
    """A read whose sources say what it would cost, so that it can be shown before it is sent."""
    moves: bool = False
    """The world is another one after it: time passed, or something was changed; what was read before is old then."""
    time_limit: float = TIME_LIMIT
    listed: bool = True
    """Whether a model is told of it from the start; else it finds it by a tool that searches."""
    stands_for: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, Any]]] | None = None
    """From its arguments to the name and the arguments of the tool that is meant; it is never run itself."""

    def schema(self) -> dict[str, Any]:
        """The arguments' JSON schema, as models and MCP clients want it."""
        schema = self.arguments.model_json_schema()
        schema.pop("title", None)
        return schema
