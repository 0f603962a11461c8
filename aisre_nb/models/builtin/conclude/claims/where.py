"""Where requests fail or lose their time, with what exception, or by what condition."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.models.builtin import facts, words
from aisre_nb.models.builtin.conclude.claims.claim import Options, claim, value
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Check


def origin(picture: Picture) -> Iterator[Options]:
    """Where the requests fail, or lose their time."""
    hop = picture.way[-1] if picture.way else None
    if hop and picture.followed and picture.chain[-1:] != picture.chain[:1]:
        what = "added time" if hop.by == "latency" else "failures"
        text = f"Followed along the calls of {picture.start}, the {what} begin in {picture.focus}."
        yield [claim(text, [hop.evidence], value(hop.evidence, "origin.service", picture.focus), essential=True)]
    for traces in [t for s in picture.chain if (t := picture.traces_of(s))]:
        service, origin = facts.word(traces.arguments, "service"), facts.word(traces.facts, "origin.service")
        if origin:
            share = facts.number(traces.facts, "origin.share")
            part = f"{words.share(share)} of" if share is not None else "most of"
            text = f"{part} the failing requests to {service} start to fail in {origin}."
            check = value(traces.id, "origin.service", origin)
            yield [
                claim(
                    text[0].upper() + text[1:], [traces.id], check, essential=origin in (picture.focus, picture.culprit)
                )
            ]
    if picture.traces and (endpoint := facts.word(picture.traces.facts, "endpoint")):
        text = f"The operation that fails most is {endpoint}."
        yield [claim(text, [picture.traces.id], value(picture.traces.id, "endpoint", endpoint))]
    if picture.trace and facts.word(picture.trace.facts, "origin.service") == picture.focus:
        check = value(picture.trace.id, "origin.service", picture.focus)
        yield [
            claim(
                f"In the failing request that was opened, the first span to fail is {picture.focus}'s.",
                [picture.trace.id],
                check,
            )
        ]


def exception(picture: Picture) -> Iterator[Options]:
    failure = picture.failure
    if not failure:
        return
    place = f" at {picture.place}" if picture.place else ""
    first = f"From {words.clock(failure.first_seen)} on," if failure.first_seen else "Since then"
    text = f"{first} {picture.witness} logs {words.short(failure.line)}{place}, {failure.count} times."
    ids = [failure.evidence, *([picture.diff.id] if place and picture.diff else [])]
    checks = [value(failure.evidence, "exception.type", failure.type)]
    if failure.message:
        checks.insert(0, Check(kind="contains", evidence=failure.evidence, expected=failure.message))
    yield [claim(text, ids, check, essential=picture.condition is None) for check in checks]


def condition(picture: Picture) -> Iterator[Options]:
    """What shows a cause that is no change."""
    for proof in picture.condition.proofs if picture.condition else ():
        yield [claim(proof.text, [proof.evidence], proof.check, essential=True)]
