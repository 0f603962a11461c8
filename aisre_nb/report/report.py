"""The report's types; they are also the arguments of the tool `submit_report`, so a model must fill them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal[
    "root_cause",  # the cause is shown, and its checks hold
    "no_fault",  # it was looked at, and nothing is wrong
    "inconclusive",  # not enough to say; the gaps say what would decide
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(_Frozen):
    """An assertion that code runs on a cited frame."""

    kind: Literal["value", "changed", "before", "contains", "absent"] = Field(
        description=(
            "value: a fact or an aggregate of a column equals `expected` within `tolerance`. "
            "changed: a metrics signal differs before and after `at` in `direction`. "
            "before: the time `at` is not after `than`, both RFC 3339 and both present in cited evidence. "
            "contains: the cited diff, file, log, trace or table contains `expected` as text. "
            "absent: it does not."
        )
    )
    evidence: str = Field(description="The evidence that it runs on, such as E3.")
    column: str = Field(
        "", description="value: the frame's column, or a fact's dotted path such as signals.error_rate.after."
    )
    where: dict[str, str] = Field(default_factory=dict, description="Keep the rows whose columns equal these.")
    aggregate: Literal["only", "count", "sum", "mean", "min", "max", "first", "last"] = "only"
    expected: str | float | None = None
    tolerance: float = Field(0.05, ge=0, le=1, description="Relative.")
    signal: str = Field("", description="changed: which signal of the metrics frame.")
    direction: Literal["up", "down"] = "up"
    at: str = ""
    than: str = ""


class Claim(_Frozen):
    """A sentence, the evidence it cites, and a check where it states something that code can check."""

    text: Annotated[str, Field(min_length=3, max_length=600)]
    evidence: list[str] = Field(
        default_factory=list, description="Ids of the evidence it rests on. Uncited claims are dropped."
    )
    check: Check | None = None
    essential: bool = Field(False, description="True where the cause could not be the cause if this were wrong.")


class Hypothesis(_Frozen):
    """A cause that was considered."""

    text: str
    verdict: Literal["supported", "refuted", "open"]
    evidence: list[str] = Field(default_factory=list)


class TimelineEntry(_Frozen):
    """Something that happened, as evidence dates it."""

    time: str = Field(description="RFC 3339, UTC.")
    text: str
    evidence: list[str]


class RootCause(_Frozen):
    """What broke, where, and by which change."""

    services: list[str] = Field(description="The services at fault, the most certain one first.")
    ranked: list[str] = Field(default_factory=list, description="All candidate services, most suspect first.")
    kind: str = Field("", description="code, configuration, capacity, dependency, platform, traffic or data.")
    change: str = Field("", description="The change that did it, such as 'cart 0.1.0 → 0.2.0', if there is one.")
    location: str = Field("", description="file:line, if the cause is in code.")
    summary: str = Field(description="One or two sentences.")


class ReportDraft(_Frozen):
    """What a model submits."""

    outcome: Outcome
    root_cause: RootCause | None = None
    claims: list[Claim] = Field(default_factory=list)
    hypotheses: list[Hypothesis] = Field(default_factory=list)
    timeline: list[TimelineEntry] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list, description="What could not be looked at, and what it would decide.")
    impact: str = Field("", description="Who was hurt, how much, since when; numbers from evidence.")


class CheckedClaim(_Frozen):
    """A claim after code looked at it."""

    text: str
    evidence: list[str]
    essential: bool = False
    check: Check | None = None
    result: Literal["passed", "failed", "none"] = "none"
    detail: str = ""
    """For a failed check: the number that contradicts it."""


class Report(_Frozen):
    """What is shown and kept."""

    question: str
    outcome: Outcome
    root_cause: RootCause | None = None
    claims: list[CheckedClaim] = Field(default_factory=list)
    hypotheses: list[Hypothesis] = Field(default_factory=list)
    timeline: list[TimelineEntry] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list)
    impact: str = ""
    pull_requests: list[dict[str, Any]] = Field(default_factory=list)
    """kind, title, branch, url, files, state."""
    dropped: list[str] = Field(default_factory=list)
    """Claims that cited no evidence, or none that exists."""
    partial: str = ""
    """Why it ended early: the limit that was reached, the stop, the failure."""
    model: str = ""
