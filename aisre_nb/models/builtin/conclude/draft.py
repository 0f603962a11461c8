"""The report, from the picture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aisre_nb.models.builtin import facts, graph, ranking, words
from aisre_nb.models.builtin.conclude import by_ranking
from aisre_nb.models.builtin.conclude.claims import made
from aisre_nb.models.builtin.conclude.gaps import gaps
from aisre_nb.models.builtin.conclude.hypotheses import weighed
from aisre_nb.models.builtin.conclude.remedies import remedies
from aisre_nb.models.builtin.conclude.timeline import timeline
from aisre_nb.models.builtin.conclude.verdict import Verdict, judge, ranked
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Check, Claim, ReportDraft, RootCause

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def draft(picture: Picture, returned: str = "", *more: Picture) -> ReportDraft:
    """What is submitted, of each fault that was found. ``returned``: see `_of_one`."""
    found = _of_one(picture, returned)
    for other in more if found.outcome == "root_cause" else ():
        one = _of_one(other, returned)
        found = _joined(found, one) if one.outcome == "root_cause" else found
    return found


def _joined(one: ReportDraft, other: ReportDraft) -> ReportDraft:
    """Two faults in one report: what each says once, the first one's first."""
    causes = [one.root_cause, other.root_cause]
    if causes[0] is None or causes[1] is None:
        return one
    first, then = causes[0], causes[1]
    cause = RootCause(
        services=list(dict.fromkeys([*first.services, *then.services])),
        ranked=list(dict.fromkeys([first.services[0], then.services[0], *first.ranked])),
        kind=first.kind,
        change="; ".join(c for c in (first.change, then.change) if c),
        location=first.location or then.location,
        summary=f"Two faults. {first.summary} {then.summary}",
        evidence=list(dict.fromkeys([*first.evidence, *then.evidence])),
    )
    lists = ("claims", "hypotheses", "timeline", "remediation", "gaps", "impact")
    both = {name: _once([*getattr(one, name), *getattr(other, name)]) for name in lists}
    # What one fault's picture rules out may be the other fault.
    both["hypotheses"] = [h for h in both["hypotheses"] if h.verdict != "open"]
    both["timeline"] = sorted(both["timeline"], key=lambda entry: facts.time(entry.time) or _NEVER)
    return one.model_copy(update={"root_cause": cause, **both})


def _once(items: list[Any]) -> list[Any]:
    """Each text once."""
    return list({item if isinstance(item, str) else item.text: item for item in reversed(items)}.values())[::-1]


def _of_one(picture: Picture, returned: str) -> ReportDraft:
    """What is submitted of one fault. ``returned`` is what came back of a first attempt: the claims in it are left out.

    An essential claim that does not hold is not argued away: the outcome is then inconclusive, and a gap says so.
    """
    verdict = judge(picture)
    if verdict.by_ranking and (found := by_ranking.draft(picture, verdict, returned)):
        return found
    claims, broken = made(picture)
    back = tuple(returned.splitlines())
    gone = [c for c in claims if any(line.startswith(f"- {c.text}") for line in back)]
    kept = [c for c in claims if c not in gone]
    broken += [c.text for c in gone if c.essential]
    if broken and verdict.outcome == "root_cause":
        open_ = [*verdict.open, *(f"This does not hold: {text}" for text in broken)]
        verdict = Verdict("inconclusive", verdict.kind, open_)
    return ReportDraft(
        outcome=verdict.outcome,
        root_cause=_cause(picture, verdict),
        claims=kept,
        hypotheses=weighed(picture, verdict),
        timeline=timeline(picture),
        remediation=remedies(picture, verdict),
        gaps=gaps(picture, verdict),
        impact=_impact(picture),
    )


def summary(picture: Picture, verdict: Verdict) -> str:
    """The finding in one or two sentences."""
    change, failure = picture.change, picture.failure
    if verdict.by_ranking and (found_by := ranking.read(picture.case)):
        return by_ranking.summary(found_by)
    if verdict.outcome == "no_fault":
        return f"{picture.subject or 'No service'} shows no change for the worse in errors or latency."
    found = picture.complaint
    elsewhere = picture.start and picture.subject and picture.subject != picture.start
    well = f"{picture.subject} itself did not change for the worse. " if elsewhere else ""
    unseen = picture.befell or f"{picture.focus or 'Nothing'} was looked at."
    what = f"{found.service}: {words.rose(found)}." if found else unseen
    if picture.condition and verdict.outcome == "root_cause":
        return f"{well}{picture.condition.text[0].upper()}{picture.condition.text[1:]}: {what}"
    if verdict.outcome == "inconclusive" or change is None:
        return f"{well}{what} Its cause is not shown."
    place = f" at {picture.place}" if picture.place else ""
    if picture.companion and picture.migration:
        told = f"together with {picture.companion.label}, by the migration's {words.code(picture.migration)}"
        return f"{well}{change.label} brought it, {told}. {what}"
    if failure is None:
        return f"{well}{change.label} brought it: {what}"
    names = f" ({', '.join(failure.symbols[:3])})" if failure.symbols else ""
    taken = picture.telling_line("removed")
    because = f" The change took out {words.code(taken)}." if taken else ""
    return f"{well}{change.label} raises {failure.type}{names}{place}: {words.short(failure.message)}.{because}"


def _cause(picture: Picture, verdict: Verdict) -> RootCause | None:
    if verdict.outcome == "no_fault" or not picture.focus:
        return None
    sure = verdict.outcome == "root_cause"
    return RootCause(
        services=list(picture.condition.services) if sure and picture.condition else [_blamed(picture, sure)],
        ranked=ranked(picture),
        kind=verdict.kind,
        change=_change(picture) if sure else "",
        location=picture.place,
        summary=summary(picture, verdict),
        evidence=_rests_on(picture),
    )


def _blamed(picture: Picture, sure: bool) -> str:
    return picture.culprit if sure else picture.focus


def _change(picture: Picture) -> str:
    if picture.condition:
        return picture.condition.text
    return picture.change.label if picture.change else ""


def _rests_on(picture: Picture) -> list[str]:
    """What the finding's words come from."""
    subject = picture.metrics(picture.subject) if picture.subject else None
    found = [
        picture.complaint.evidence if picture.complaint else "",
        picture.failure.evidence if picture.failure else "",
        *(proof.evidence for proof in (picture.condition.proofs if picture.condition else ())),
    ]
    more = (one.id for one in (subject, picture.diff, picture.traces) if one)
    return [e for e in dict.fromkeys([picture.change.evidence if picture.change else "", *found, *more]) if e]


def _impact(picture: Picture) -> list[Claim]:
    """Who was hurt, how much, since when."""
    found, traces = picture.complaint, picture.traces
    if found is None:
        return []
    name, service = words.signal(found.signal), found.service
    peak = f"{words.amount(found.signal, found.after)}, at its peak {words.amount(found.signal, found.peak)}"
    path = f"{found.path}.peak" if found.path else f"signals.{found.signal}.peak"
    check = Check(kind="value", evidence=found.evidence, column=path, expected=found.peak)
    said = f"Since {words.clock(found.onset)} the {name} of {service} is {peak}."
    told = [Claim(text=said, evidence=[found.evidence], check=check)]
    endpoint = facts.word(traces.facts, "endpoint") if traces else ""
    all_errors = facts.number(traces.facts, "errors") if traces else None
    for place, row in enumerate(facts.rows(traces.facts, "operations") if traces else []):
        errors = facts.number(row, "errors")
        # Never as a share of all traces: what is sampled is mostly what failed.
        if traces and endpoint and facts.word(row, "operation") == endpoint and errors and all_errors:
            said = f"{errors:.0f} of {all_errors:.0f} failing requests that were traced are {endpoint}."
            check = Check(kind="value", evidence=traces.id, column=f"operations.{place}.errors", expected=errors)
            told.append(Claim(text=said, evidence=[traces.id], check=check))
    if len(picture.chain) > 1:
        passing = list(reversed(picture.chain[:-1]))
        ids = [t.id for s in picture.chain if (t := picture.traces_of(s))] + graph.ids(picture.case)
        told.append(Claim(text=f"Passed on by {words.listed(passing)}.", evidence=ids))
    return told
