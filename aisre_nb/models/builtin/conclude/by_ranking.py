"""The report where the ranking of services decides, and no change is known."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.conclude.gaps import gaps
from aisre_nb.models.builtin.conclude.verdict import Verdict
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.ranking import Candidate, Ranking, read
from aisre_nb.report.report import Check, Claim, Hypothesis, ReportDraft, RootCause, TimelineEntry

_RIVALS = 4
_TELLING = 1.0
_FAR = 5.0
"""So many times likelier the first must be for another to be ruled out."""


def draft(picture: Picture, verdict: Verdict, returned: str) -> ReportDraft | None:
    """What is submitted; None where nothing was ranked."""
    ranking = read(picture.case)
    if ranking is None or not ranking.candidates:
        return None
    first = ranking.candidates[0]
    cause = RootCause(
        services=[first.service],
        ranked=[one.service for one in ranking.candidates],
        kind=verdict.kind,
        summary=summary(ranking),
        evidence=[ranking.evidence],
    )
    began = TimelineEntry(time=ranking.onset, text="It began.", evidence=[ranking.evidence], kind="symptom")
    return ReportDraft(
        outcome=verdict.outcome,
        root_cause=cause,
        claims=[claim for claim in _claims(ranking, first) if claim.text not in returned],
        hypotheses=list(_hypotheses(ranking, first)),
        timeline=[began] if facts.time(ranking.onset) else [],
        gaps=list(dict.fromkeys([*gaps(picture, verdict), *ranking.gaps])),
    )


def summary(ranking: Ranking) -> str:
    """The finding in one or two sentences."""
    first = ranking.candidates[0]
    says = words.short(facts.word(first.signs[0], "says"), 300)
    if ranking.held:
        return f"It begins in {first.service}: {says}. What set it off is not shown."
    others = words.listed([one.service for one in ranking.candidates[1:3]])
    also = f", before {others}" if others else ""
    return f"Most likely it begins in {first.service}{also}: {says}. The evidence is not enough to be sure."


def _claims(ranking: Ranking, first: Candidate) -> Iterator[Claim]:
    """Its strongest sign, and the others that tell something, with the level that each has now."""
    for nth, sign in enumerate(first.signs, 1):
        if nth > 1 and (facts.number(sign, "strength") or 0.0) < _TELLING:
            continue
        column = "now" if facts.number(sign, "now") is not None else "strength"
        where = {"service": first.service, "sign": str(nth)}
        level = facts.number(sign, column)
        check = Check(kind="value", evidence=ranking.evidence, column=column, where=where, expected=level)
        text = words.short(f"{first.service}: {facts.word(sign, 'says')}.", 590)
        yield Claim(text=text, evidence=[ranking.evidence], check=check, essential=nth == 1)


def _hypotheses(ranking: Ranking, first: Candidate) -> Iterator[Hypothesis]:
    ids = [ranking.evidence]
    check = Check(kind="value", evidence=ranking.evidence, column="ranked.0.service", expected=first.service)
    yield Hypothesis(
        text=f"It begins in {first.service}.",
        verdict="supported" if ranking.held else "open",
        evidence=ids,
        check=check,
    )
    for other in ranking.candidates[1 : _RIVALS + 1]:
        says = words.short(facts.word(other.signs[0], "says"), 300)
        if first.probability < _FAR * other.probability:
            yield Hypothesis(text=f"It begins in {other.service}: {says}.", verdict="open", evidence=ids)
            continue
        text = f"It begins in {other.service}: no, of it no more was seen than this: {says}."
        check = Check(
            kind="value",
            evidence=ranking.evidence,
            column="probability",
            where={"service": other.service, "sign": "1"},
            op="<=",
            expected=first.probability / _FAR,
        )
        yield Hypothesis(text=text, verdict="refuted", evidence=ids, check=check)
