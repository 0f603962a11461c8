"""One typed, frozen line for each thing that happened; the log of events is the truth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FORMAT = 2
"""The version of the record's format; a reader refuses a newer one and reads all older ones."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Asked(_Event):
    """A question came in: the first one, or a follow-up."""

    type: Literal["asked"] = "asked"
    question: str
    model: str
    policy: str
    who: str = ""
    now: datetime | None = None
    where: dict[str, str] = Field(default_factory=dict)
    """How to open the same sources again: ``case``, a folder, or ``settings``, the folder of an aisre.toml."""
    format: int = FORMAT


class ModelTurn(_Event):
    """A model answered."""

    type: Literal["model_turn"] = "model_turn"
    n: int
    text: str
    calls: list[dict[str, Any]]
    """id, name, arguments."""
    raw: list[dict[str, Any]] = Field(default_factory=list)
    stop: str = ""
    usage: dict[str, float] = Field(default_factory=dict)
    seconds: float = 0.0
    model: str = ""
    """Which one: with a second model behind the first, not each turn is of the same."""


class ToolStarted(_Event):
    """A call is about to run; n counts the steps of the whole investigation."""

    type: Literal["tool_started"] = "tool_started"
    n: int
    call_id: str
    tool: str
    arguments: dict[str, Any]
    effect: Literal["read", "change"]


class Decided(_Event):
    """A decision on one call."""

    type: Literal["decided"] = "decided"
    n: int
    call_id: str
    tool: str
    verdict: Literal["approve", "edit", "reject", "stop", "denied"]
    """``denied``: no rule allowed it and nobody was there."""
    channel: str
    who: str
    reason: str = ""
    digest: str = ""
    proposed: dict[str, Any] = Field(default_factory=dict)
    final: dict[str, Any] = Field(default_factory=dict)
    view: dict[str, Any] = Field(default_factory=dict)
    """What the person was shown, so that it can be drawn again."""
    seconds: float = 0.0
    scope: list[str] = Field(default_factory=list)
    again: str = ""
    """Why it was shown another time."""
    rule: str = ""
    """Of the policy, that decided it; or that the person made with it."""
    audit: str = ""
    """The hash of its line in the audit."""


class ToolFinished(_Event):
    """A call ended: with evidence, from evidence that was there, or with an error."""

    type: Literal["tool_finished"] = "tool_finished"
    n: int
    call_id: str
    tool: str
    arguments: dict[str, Any]
    effect: Literal["read", "change"] = "read"
    evidence: str = ""
    reused: bool = False
    error: str = ""
    text: str = ""
    """What the model read."""
    seconds: float = 0.0


class EvidenceKept(_Event):
    """A result was numbered, redacted and written; its frame is ``frames/E7.parquet``."""

    type: Literal["evidence"] = "evidence"
    id: str
    data: dict[str, Any]
    """`Evidence` without its frame, as JSON."""


class Noted(_Event):
    """Something that the reader must know: a source that failed, a limit, a suspicious text."""

    type: Literal["note"] = "note"
    text: str
    level: Literal["info", "warning", "error"] = "info"


class Reported(_Event):
    """The report, after its claims were checked."""

    type: Literal["report"] = "report"
    report: dict[str, Any]
    usage: dict[str, float] = Field(default_factory=dict)
    seconds: float = 0.0


class Verified(_Event):
    """The queries of cited evidence were asked again, later."""

    type: Literal["verified"] = "verified"
    rows: list[dict[str, Any]]
    """evidence, status (same, drifted, expired, failed), detail, seconds; one for each evidence."""


class Forked(_Event):
    """This investigation went back to a step of another one, and on from there with something else."""

    type: Literal["forked"] = "forked"
    record: str
    """The name of the other one's record."""
    step: int
    what: str
    """What is another one now: ``"get_metrics since: 2h → 6h"``."""


class Ended(_Event):
    """This question is over."""

    type: Literal["ended"] = "ended"
    why: Literal["answered", "limit", "stopped", "failed"]
    detail: str = ""


Event = (
    Asked
    | ModelTurn
    | ToolStarted
    | Decided
    | ToolFinished
    | EvidenceKept
    | Noted
    | Reported
    | Verified
    | Forked
    | Ended
)

EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])
"""Parses one line of ``events.jsonl``."""
