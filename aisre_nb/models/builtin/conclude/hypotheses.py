"""What else it could have been, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.conclude.verdict import Verdict
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Check, Hypothesis

_MORE = 1.5
"""How many times the former request rate counts as more traffic."""
_RIVALS = 5
"""How many other changes are weighed: those nearest to the onset."""


def weighed(picture: Picture, verdict: Verdict) -> list[Hypothesis]:
    """The cause that is held first, then the others; each says why it stands or falls."""
    if not picture.start:
        return list(_elsewhere(picture))
    return [*_held(picture, verdict), *_passed_on(picture), *_others(picture), *_traffic(picture), *_below(picture)]


def _hypothesis(
    text: str, verdict: Literal["supported", "refuted", "open"], *evidence: str, check: Check | None = None
) -> Hypothesis:
    return Hypothesis(text=text, verdict=verdict, evidence=[e for e in dict.fromkeys(evidence) if e], check=check)


def _value(evidence: str, column: str, expected: str | float) -> Check:
    return Check(kind="value", evidence=evidence, column=column, expected=expected)


def _held(picture: Picture, verdict: Verdict) -> Iterator[Hypothesis]:
    change = picture.change
    if picture.condition:
        proofs = picture.condition.proofs
        text = f"{picture.condition.text[0].upper()}{picture.condition.text[1:]}."
        yield _hypothesis(text, "supported", *(p.evidence for p in proofs), check=proofs[0].check)
    elif change:
        ids = [change.evidence, _onset(picture), picture.failure.evidence if picture.failure else ""]
        ids.append(picture.diff.id if picture.diff else "")
        word: Literal["supported", "open"] = "supported" if verdict.outcome == "root_cause" else "open"
        onset = picture.complaint.onset if picture.complaint else picture.onset
        begun = facts.time(onset)
        # An onset is no more exact than its bucket: a change within it may carry a later time.
        if begun is not None and picture.complaint and change.at > begun:
            onset, begun = picture.complaint.by, facts.time(picture.complaint.by)
        first = begun is not None and change.at <= begun
        order = Check(kind="before", evidence=change.evidence, at=change.time, than=onset) if first else None
        yield _hypothesis(f"{change.label} brought it.", word, *ids, check=order)
    elif picture.focus:
        yield _hypothesis(
            f"It starts in {picture.focus}, by something that is no listed change.", "open", _onset(picture)
        )


def _passed_on(picture: Picture) -> Iterator[Hypothesis]:
    for service, deeper in zip(picture.chain, picture.chain[1:], strict=False):
        traces, own = picture.traces_of(service), picture.symptom(deeper)
        text = f"{service} is at fault itself: no, it passes on what fails in {deeper}."
        ids = (traces.id if traces else "", own.evidence if own else "", *graph.ids(picture.case))
        check = _value(own.evidence, f"signals.{own.signal}.direction", "up") if own else None
        if traces and facts.word(traces.facts, "origin.service") == deeper:
            check = _value(traces.id, "origin.service", deeper)
        yield _hypothesis(text, "refuted", *ids, check=check)
    if picture.subject and picture.subject != picture.start:
        found = picture.metrics(picture.subject)
        if found:
            text = f"{picture.subject} is at fault: no, its own signals did not change for the worse."
            check = _value(found.id, "worst", "none") if "worst" in found.facts else None
            yield _hypothesis(text, "refuted", found.id, check=check)


def _others(picture: Picture) -> Iterator[Hypothesis]:
    latest = picture.latest
    if latest is None:
        return
    near = sorted(picture.changes, key=lambda c: abs(c.at - latest))
    # What the platform says of the service's own pods comes of the fault.
    rivals = [c for c in near if c != picture.change and not (c.kind == "k8s_event" and c.service == picture.focus)]
    for other in rivals[:_RIVALS]:
        if other.at > latest:
            yield _hypothesis(
                f"{other.label} did it: no, it came after the onset, at {words.clock(other.time)}.",
                "refuted", other.evidence, _onset(picture),
                check=Check(kind="before", evidence=other.evidence, at=picture.onset, than=other.time),
            )  # fmt: skip
        else:
            yield _earlier(picture, other)


def _earlier(picture: Picture, other: Change) -> Hypothesis:
    if picture.change and other.service == picture.focus and other.at <= picture.change.at:
        ran = f"it ran from {words.clock(other.time)} on, and nothing rose before {words.clock(picture.onset)}"
        text = f"{other.label} did it: no, {ran}."
        check = Check(kind="before", evidence=other.evidence, at=other.time, than=picture.change.time)
        return _hypothesis(text, "refuted", other.evidence, _onset(picture), check=check)
    shown = _starts_here(picture)
    if shown:
        text = f"{other.label} did it: no, the requests start to fail in {picture.focus}, not in {other.service}."
        check = _value(shown, "origin.service", picture.focus)
        return _hypothesis(text, "refuted", other.evidence, shown, check=check)
    return _hypothesis(f"{other.label} did it.", "open", other.evidence)


def _traffic(picture: Picture) -> Iterator[Hypothesis]:
    found = picture.metrics(picture.focus)
    before = facts.number(found.facts, "signals.request_rate.before") if found else None
    after = facts.number(found.facts, "signals.request_rate.after") if found else None
    if found and before and after is not None:
        rate = f"it gets {after:.3g} requests a second, {before:.3g} before"
        if after < _MORE * before:
            text = f"More traffic than {picture.focus} can take: no, {rate}."
            check = _value(found.id, "signals.request_rate.after", _MORE * before).model_copy(update={"op": "<"})
            yield _hypothesis(text, "refuted", found.id, check=check)
        else:
            yield _hypothesis(f"More traffic than {picture.focus} can take: {rate}.", "open", found.id)


def _below(picture: Picture) -> Iterator[Hypothesis]:
    """What the focus calls."""
    called = graph.callees(picture.case, picture.focus)
    shown = _starts_here(picture)
    if called and shown and picture.culprit == picture.focus:
        names = words.listed(called[:4])
        yield _hypothesis(
            f"Something that {picture.focus} calls ({names}) fails: no, the first failing span is its own.",
            "refuted",
            shown,
            *graph.ids(picture.case),
            check=_value(shown, "origin.service", picture.focus),
        )


def _elsewhere(picture: Picture) -> Iterator[Hypothesis]:
    """The subject is well; whoever else is not is worth a question of its own."""
    for alert in graph.alerts(picture.case)[:3]:
        service, found = facts.word(alert, "service"), picture.case.find("get_alerts")
        if service and service != picture.subject and found:
            text = f"What was noticed comes from {service}, where {facts.word(alert, 'alert')} fires."
            yield _hypothesis(text, "open", found.id)


def _starts_here(picture: Picture) -> str:
    """The evidence by which the failing requests start to fail in the focus."""
    for found in (picture.traces, picture.trace):
        if found and facts.word(found.facts, "origin.service") == picture.focus:
            return found.id
    return picture.followed


def _onset(picture: Picture) -> str:
    if picture.complaint:
        return picture.complaint.evidence
    return picture.logs.id if picture.logs else ""
