"""The postmortem's types: what each of its sections holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Check, EntryKind, Result
from aisre_nb.times import Window

TO_FILL_IN = "[to fill in]"
"""What a person has to write: the record does not say it."""

Status = Literal[
    "resolved",  # evidence says that every service that was looked at again recovered
    "improving",  # evidence says that it gets better
    "not resolved",  # evidence says that it did not get better
    "not verified",  # nobody looked whether it is over
    "no fault",  # nothing was wrong
]


@dataclass(frozen=True)
class Sentence:
    """What is stated, and what it rests on."""

    key: str
    """Its place in the document: ``c1``; evidence that is cited links back to it."""
    text: str
    evidence: tuple[str, ...] = ()
    result: Result = "none"
    detail: str = ""
    """What contradicts it, where it does not hold."""
    check: Check | None = None
    label: str = ""
    """A word before it: a verdict, an obligation's name."""


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    at: datetime
    kind: EntryKind
    sentence: Sentence
    minutes: float | None = None
    """Since the onset; None where no onset is known."""


@dataclass(frozen=True)
class Done:
    """A step, in one line."""

    n: int
    tool: str
    text: str
    evidence: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Obligation:
    """A part of the proof."""

    name: str
    closed: bool
    detail: str
    claims: tuple[str, ...] = ()
    """Keys of the sentences that close it."""


@dataclass(frozen=True)
class Action:
    """Something to do. Who does it, and until when, no record knows."""

    what: str
    kind: str
    link: str = ""
    """Where it stands: an address, or a branch."""
    evidence: tuple[str, ...] = ()
    result: Result = "none"
    detail: str = ""


@dataclass(frozen=True)
class Again:
    """What a query says now, against what it said then."""

    evidence: str
    status: str
    detail: str


@dataclass(frozen=True)
class Exhibit:
    """One evidence of the appendix."""

    id: str
    title: str
    summary: str
    source: str
    query: str
    window: Window | None
    fetched_at: datetime | None
    digest: str
    link: str | None
    tool: str

    @classmethod
    def of(cls, evidence: Evidence) -> Exhibit:
        """What is told of it."""
        e = evidence
        return cls(e.id, e.title, e.summary, e.source, e.query, e.window, e.fetched_at, e.digest, e.link, e.tool)


@dataclass(frozen=True)
class Postmortem:
    """All of it, in the order in which it is read."""

    title: str
    question: str
    status: Status
    status_detail: str
    """What evidence says of it."""
    status_evidence: tuple[str, ...]
    outcome: str
    confidence: float | None
    incident: str
    """Its id, where the record knows one."""
    onset: datetime | None
    recovered: datetime | None
    """When evidence says that it was over: the latest that it can have been."""
    summary: tuple[Sentence, ...]
    impact: tuple[Sentence, ...]
    timeline: tuple[Moment, ...]
    root_cause: tuple[Sentence, ...]
    claims: tuple[Sentence, ...]
    proof: tuple[Obligation, ...]
    contributing: tuple[Sentence, ...]
    found: tuple[Done, ...]
    considered: tuple[Sentence, ...]
    durations: tuple[Sentence, ...]
    went_well: tuple[Sentence, ...]
    went_badly: tuple[Sentence, ...]
    lucky: tuple[Sentence, ...]
    actions: tuple[Action, ...]
    gaps: tuple[str, ...]
    dropped: tuple[str, ...]
    verified: tuple[Again, ...]
    verified_at: datetime | None
    exhibits: tuple[Exhibit, ...]
    """Those that are cited first."""
    model: str
    partial: str

    @property
    def sentences(self) -> list[Sentence]:
        """Every one that cites evidence, by the order of the document, each once."""
        moments = [moment.sentence for moment in self.timeline]
        conduct = [*self.durations, *self.went_well, *self.went_badly, *self.lucky]
        parts = [*self.summary, *self.impact, *self.root_cause, *self.claims, *self.contributing, *self.considered]
        return list({one.key: one for one in (*parts, *moments, *conduct)}.values())

    @property
    def cited(self) -> list[str]:
        """Numbers of the evidence that sentences cite."""
        return list(dict.fromkeys(number for one in self.sentences for number in one.evidence))

    def resting_on(self, evidence: str) -> list[Sentence]:
        """The claims that cite an evidence, the cause and the hypotheses among them, each text once."""
        claims = (*self.root_cause, *self.impact, *self.claims, *self.contributing, *self.considered)
        return list({one.text: one for one in claims if evidence in one.evidence}.values())
