"""The report's types; they are also the arguments of the tool `submit_report`, so a model must fill them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Outcome = Literal[
    "root_cause",  # the cause is shown, and its checks hold
    "no_fault",  # it was looked at, and nothing is wrong
    "inconclusive",  # not enough to say; the gaps say what would decide
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


CheckKind = Literal[
    "value", "changed", "onset", "before", "first_seen", "share", "contains", "absent", "correlated"
]  # fmt: skip
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
Result = Literal["passed", "failed", "none"]


class Check(_Frozen):
    """An assertion that code runs on a cited frame."""

    kind: CheckKind = Field(
        description=(
            "value: a fact, or an aggregate of a column, compared (`op`) with `expected`, within `tolerance` for =. "
            "changed: a metrics signal differs before and after `at` in `direction`. "
            "onset: a change point of a metrics signal lies at `at`. "
            "before: the time `at` is not after `than`, both RFC 3339 and both present in cited evidence. "
            "first_seen: the first row that `where` and `expected` (a text) pick is at `at`. "
            "share: of the rows (weighed by `column`, such as count, if one is named), those that `where` picks make "
            "up `expected` (0 to 1), compared by `op`. "
            "contains: the cited diff, file, log, trace or table contains `expected` as text. "
            "absent: it does not. "
            "correlated: `signal` of the service in `where` moves with that of its caller `caller`, and not after it."
        )
    )
    evidence: str = Field(description="The evidence that it runs on, such as E3.")
    column: str = Field(
        "", description="value: the frame's column, or a fact's dotted path such as signals.error_rate.after."
    )
    where: dict[str, str] = Field(default_factory=dict, description="Keep the rows whose columns equal these.")
    aggregate: Literal["only", "count", "sum", "mean", "min", "max", "first", "last"] = "only"
    op: Comparison = "="
    expected: str | float | None = None
    tolerance: float = Field(0.05, ge=0, le=0.5, description="Relative.")
    signal: str = Field("", description="changed, onset, correlated: which signal of the metrics frame.")
    direction: Literal["up", "down"] = "up"
    at: str = ""
    than: str = ""
    caller: str = Field("", description="correlated: the service that calls the one in `where`.")
    than_evidence: str = Field("", description="correlated: where the caller's signal is, if in other evidence.")


class Claim(_Frozen):
    """A sentence, the evidence it cites, and a check where it states something that code can check."""

    text: Annotated[str, Field(min_length=3, max_length=600)]
    evidence: list[str] = Field(
        default_factory=list, description="Ids of the evidence it rests on. Uncited claims are dropped."
    )
    check: Check | None = None
    essential: bool = Field(False, description="True where the cause could not be the cause if this were wrong.")


class Hypothesis(_Frozen):
    """A cause that was considered; a refuted one says what refuted it."""

    text: str
    verdict: Literal["supported", "refuted", "open"]
    evidence: list[str] = Field(default_factory=list)
    check: Check | None = Field(None, description="What decides the verdict.")


EntryKind = Literal["change", "symptom", "alert", "detection", "action", "recovery", "other"]


class TimelineEntry(_Frozen):
    """Something that happened, as evidence dates it."""

    time: str = Field(description="RFC 3339, UTC.")
    text: str
    evidence: list[str]
    kind: EntryKind = "other"


RemedyKind = Literal["rollback", "fix", "configuration", "scale", "restart", "flag", "other"]


class Remedy(_Frozen):
    """What mends it, or keeps it from coming again."""

    text: Annotated[str, Field(min_length=3, max_length=600)]
    kind: RemedyKind = "other"
    evidence: list[str] = Field(default_factory=list, description="Why it would help: what shows the fault.")


class RootCause(_Frozen):
    """What broke, where, and by which change."""

    services: list[str] = Field(description="The services at fault, the most certain one first.")
    ranked: list[str] = Field(default_factory=list, description="All candidate services, most suspect first.")
    kind: str = Field("", description="code, configuration, capacity, dependency, platform, traffic or data.")
    change: str = Field("", description="The change that did it, such as 'cart 0.1.0 → 0.2.0', if there is one.")
    location: str = Field("", description="file:line, if the cause is in code.")
    summary: str = Field(description="One or two sentences.")
    evidence: list[str] = Field(default_factory=list, description="What the summary rests on.")


class ReportDraft(_Frozen):
    """What a model submits."""

    outcome: Outcome
    root_cause: RootCause | None = None
    claims: list[Claim] = Field(default_factory=list)
    contributing: list[Claim] = Field(
        default_factory=list, description="What made it possible or worse, and is not the cause."
    )
    impact: list[Claim] = Field(
        default_factory=list, description="Who was hurt, how much, since when; numbers from evidence."
    )
    hypotheses: list[Hypothesis] = Field(default_factory=list)
    timeline: list[TimelineEntry] = Field(default_factory=list)
    remediation: list[Remedy] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list, description="What could not be looked at, and what it would decide.")


class _Checked(_Frozen):
    """What code found when it looked at a sentence."""

    result: Result = "none"
    detail: str = ""
    """For one that does not hold: the number, time or name that contradicts it."""


class CheckedClaim(_Checked):
    """A claim after code looked at it."""

    text: str
    evidence: list[str]
    essential: bool = False
    check: Check | None = None


class CheckedHypothesis(_Checked, Hypothesis):
    """A hypothesis after code looked at it."""


class CheckedEntry(_Checked, TimelineEntry):
    """An entry of the timeline after code looked at it."""


class CheckedRemedy(_Checked, Remedy):
    """A remedy after code looked at it."""


class Obligation(_Frozen):
    """One thing that must be shown for the cause to be the cause."""

    name: Literal["symptom", "place", "mechanism", "order", "alternatives"]
    closed: bool
    detail: str
    """What shows it, or what would."""
    claims: list[int] = Field(default_factory=list)
    """Places of the claims that show it, from 0."""


class Ground(_Frozen):
    """A part of the confidence."""

    name: str
    share: float
    """0 to 1."""
    detail: str


class Report(_Frozen):
    """What is shown and kept."""

    question: str
    outcome: Outcome
    root_cause: RootCause | None = None
    against: list[str] = Field(default_factory=list)
    """What code found against the cause: its summary is struck, and it is not the outcome."""
    claims: list[CheckedClaim] = Field(default_factory=list)
    contributing: list[CheckedClaim] = Field(default_factory=list)
    impact: list[CheckedClaim] = Field(default_factory=list)
    hypotheses: list[CheckedHypothesis] = Field(default_factory=list)
    timeline: list[CheckedEntry] = Field(default_factory=list)
    remediation: list[CheckedRemedy] = Field(default_factory=list)
    gaps: list[str] = Field(default_factory=list)
    proof: list[Obligation] = Field(default_factory=list)
    """Empty where no cause is held."""
    confidence: float | None = None
    """0 to 1, computed from the evidence; None in reports of format 1."""
    grounds: list[Ground] = Field(default_factory=list)
    """What the confidence is made of."""
    pull_requests: list[dict[str, Any]] = Field(default_factory=list)
    """kind, title, branch, url, files, state."""
    dropped: list[str] = Field(default_factory=list)
    """Sentences that cited no evidence, or none that exists."""
    partial: str = ""
    """Why it ended early: the limit that was reached, the stop, the failure."""
    model: str = ""

    @field_validator("impact", mode="before")
    @classmethod
    def _of_format_1(cls, value: Any) -> Any:
        # It was one text without citations.
        return [{"text": value, "evidence": []}] if isinstance(value, str) and value else value or []

    @property
    def proved(self) -> bool:
        """Every obligation is closed."""
        return bool(self.proof) and all(one.closed for one in self.proof)
