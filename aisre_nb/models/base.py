"""The words between the loop and a model, whatever the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from aisre_nb.evidence.evidence import Evidence

StopReason = Literal[
    "tool_use",  # it wants the calls of this turn to run
    "end_turn",  # it has said what it had to say
    "max_tokens",  # cut off by the limit on output; go on or report
    "pause",  # it asks to be called again with what it said
]


@dataclass(frozen=True)
class ToolSpec:
    """A tool, as a model is told of it."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class ToolCall:
    """One call that a model asks for."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class CallResult:
    """What came of one call, as the model reads it."""

    call_id: str
    text: str
    is_error: bool = False
    evidence: str = ""
    """The id of the evidence, where there is one."""


@dataclass(frozen=True)
class UserMessage:
    """What a person asked."""

    text: str


@dataclass(frozen=True)
class AssistantMessage:
    """What a model said, and its own blocks to hand back to it unchanged."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    raw: tuple[Mapping[str, Any], ...] = ()
    """The provider's content blocks as JSON (thinking with its signature among them)."""


@dataclass(frozen=True)
class ResultsMessage:
    """The results of all calls of the turn before."""

    results: tuple[CallResult, ...]


Message = UserMessage | AssistantMessage | ResultsMessage


@dataclass(frozen=True)
class Usage:
    """Tokens and money of one turn."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: float = 0.0
    estimated_tokens: int = 0
    """How many of these were not counted by the server, but estimated."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cost_usd + other.cost_usd,
            self.estimated_tokens + other.estimated_tokens,
        )


@dataclass(frozen=True)
class TurnRequest:
    """All that a model may know when it chooses."""

    system: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec]
    question: str
    """The question of the cell that runs now."""
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    """Frames and facts for a model that lives in this process; a remote one reads the messages."""
    now: datetime | None = None
    """The instant that the question is asked about."""
    final: bool = False
    """A limit is reached: answer now with the best partial report."""


@dataclass(frozen=True)
class Turn:
    """What a model answered."""

    message: AssistantMessage
    stop: StopReason
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    notes: tuple[str, ...] = ()
    """What the reader of the record must know: another model went on, results were shortened."""


class Model(Protocol):
    """Chooses the next step."""

    @property
    def name(self) -> str:
        """What the user sees: ``"builtin"``, ``"claude-…"``."""
        ...

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """One turn; ``on_text`` gets the text as it comes. Raises `ModelError`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
