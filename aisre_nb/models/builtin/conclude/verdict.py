"""What the evidence amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field

from aisre_nb.models.builtin import facts, graph, ranking, words
from aisre_nb.models.builtin.changes import SOON
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.symptom import enough, level
from aisre_nb.report.report import Outcome

_KINDS = {"config": "configuration", "flag": "configuration", "scale": "capacity"}
_OF_SIGNS = {"log": "code", "error": "code", "structure": "code", "latency": "platform", "resource": "capacity"}
_TELL = ("error_rate", "latency_p95", "latency_p99", "latency_p50")
"""Without one of these nobody can be called well."""
_HARMLESS = {"info", "none"}
_WARNING = {"warning", "warn"}


@dataclass(frozen=True)
class Verdict:
    """The outcome, and what keeps it from being surer."""

    outcome: Outcome
    kind: str = ""
    """As `RootCause.kind`."""
    open: list[str] = field(default_factory=list)
    """What is not shown, one sentence each."""
    by_ranking: bool = False
    """It rests on the ranking of services, for want of anything better."""


def judge(picture: Picture) -> Verdict:
    """The verdict, as far as the evidence goes."""
    verdict = _guilty(picture) if picture.start else _well(picture)
    return verdict if verdict.outcome == "root_cause" else _by_ranking(picture, verdict)


def ranked(picture: Picture) -> list[str]:
    """All candidate services: where it starts, the way to it, who changed before it, then by errors."""
    latest = picture.latest
    changed = [c for c in picture.changes if latest and c.at <= latest]
    changed.sort(key=lambda c: c.time, reverse=True)
    rows = sorted(graph.service_rows(picture.case), key=lambda r: -(facts.number(r, "error_rate") or 0.0))
    order = [
        picture.culprit,
        *reversed(picture.chain),
        *(c.service for c in changed),
        *(s for s in picture.neighbours if picture.symptom(s)),
        *(facts.word(r, "service") for r in rows),
    ]
    return [s for s in dict.fromkeys(order) if s]


def _by_ranking(picture: Picture, verdict: Verdict) -> Verdict:
    """Where services were ranked: the first if it is likely; where trouble was reported, never that all is well."""
    found = ranking.read(picture.case)
    if found is None or not (found.reported or found.held):
        return verdict
    if not found.candidates:
        why = (
            "Trouble was reported, but no service behaves differently since: what there is of it is too little to tell."
        )
        return Verdict("inconclusive", open=[why])
    kind = _OF_SIGNS.get(facts.word(found.candidates[0].signs[0], "kind"), "")
    if found.held and found.reported:
        return Verdict("root_cause", kind, ["What set it off is not shown: no change before it is known."], True)
    first = found.candidates[0]
    short = "but nobody said that anything is wrong" if found.held else "not enough to name it"
    why = f"{first.service} is the likeliest cause, with a probability of {first.probability:.0%}: {short}."
    return Verdict("inconclusive", kind, [why], True)


def _well(picture: Picture) -> Verdict:
    asked = [picture.subject] if picture.subject else picture.candidates
    told = [s for s in asked if (found := picture.metrics(s)) and any(level(found, name) is not None for name in _TELL)]
    if not told:
        return Verdict("inconclusive", open=["No errors and no latency could be looked at, so nothing can be said."])
    looked = [s for s in told if (found := picture.metrics(s)) and any(enough(found, name) for name in _TELL)]
    if not looked:
        why = f"{words.listed(told)}: too few points of errors and latency are kept to see a change in."
        return Verdict("inconclusive", open=[why])
    alerting = [a for a in graph.alerts(picture.case) if facts.word(a, "service") in looked]
    # Where all series were looked at and none of the service's hurts, its warning has passed or is a close call.
    seen = picture.case.find("find_movers") is not None
    hurt = {m.symptom.service for m in picture.movers if m.hurts}
    settled = {s for s in looked if seen and s not in hurt}
    serious = [
        facts.word(a, "alert")
        for a in alerting
        if (level_ := facts.word(a, "severity").lower()) not in _HARMLESS
        and not (level_ in _WARNING and facts.word(a, "service") in settled)
    ]
    if serious:
        why = f"{serious[0]} fires, though neither errors nor latency changed; its own condition was not examined."
        return Verdict("inconclusive", open=[why])
    unseen = [s for s in picture.neighbours if picture.metrics(s) is None]
    if unseen and picture.subject and not picture.question.health:
        return Verdict("inconclusive", open=[f"Not looked at: {', '.join(unseen)}."])
    return Verdict("no_fault")


def _guilty(picture: Picture) -> Verdict:
    change, failure = picture.change, picture.failure
    if picture.condition:
        return Verdict("root_cause", picture.condition.kind)
    if not picture.onset:
        return Verdict("inconclusive", open=["When it began is not known, so no change can be held against it."])
    if change is None:
        why = f"No change of {picture.focus} before the onset was found; what set it off is not shown."
        return Verdict("inconclusive", "dependency" if failure and failure.unreached else "", [why])
    if picture.beginning and change == picture.by_platform:
        return Verdict("root_cause", _KINDS.get(change.kind, "code" if change.versions else picture.beginning.cause))
    kind = _KINDS.get(change.kind, "code" if failure or picture.diff else "")
    if picture.suspect:
        return Verdict("root_cause", kind)
    latest = picture.latest
    if picture.clear and not (failure and failure.unreached and change.kind == "deployment"):
        return Verdict("root_cause", kind, [] if picture.diff else ["The place and the order in time decide."])
    if failure and failure.unreached:
        why = f"{change.label} came before it, but {failure.type} speaks of something that did not answer."
        return Verdict("inconclusive", "dependency", [why])
    if latest and latest - change.at > SOON:
        why = f"{change.label} is the last change before the onset, but nothing else ties it to the fault."
        return Verdict("inconclusive", kind, [why])
    if failure and picture.diff:
        return Verdict("root_cause", kind, ["No hunk of the diff lies on the stack trace: the order in time decides."])
    if not failure:
        return Verdict("root_cause", kind, ["No exception was found: the place and the order in time decide."])
    return Verdict("root_cause", kind)
