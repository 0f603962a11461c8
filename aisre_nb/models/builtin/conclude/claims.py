"""Sentences with checks that would fail if they were false."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.symptom import Symptom, level
from aisre_nb.report.check import check_claims
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Check, Claim, ReportDraft

Options = list[Claim]
"""Ways to put one statement, the strictest first; the first that holds is taken."""
_SIGNALS = ("error_rate", "latency_p95")
_MOST_SAID = 3
_MOST_LATER = 3
"""Changes after the onset that are ruled out one by one; a pod that restarts forty times is told once."""


def made(picture: Picture) -> tuple[list[Claim], list[str]]:
    """The claims that hold, and what an essential one that does not hold said."""
    parts = _PARTS if picture.start else _WELL
    reader = Reader(picture.case.request.evidence)
    kept: list[Claim] = []
    broken: list[str] = []
    for options in (o for part in parts for o in part(picture) if o):
        holding = next((c for c in options if _holds(c, picture.case.request.evidence, reader)), None)
        if holding:
            kept.append(holding)
        elif options[0].essential:
            broken.append(options[0].text)
    return kept, broken


def _holds(claim: Claim, evidence: Mapping[str, Evidence], reader: Reader) -> bool:
    checked, _ = check_claims(ReportDraft(outcome="inconclusive", claims=[claim]), evidence, reader)
    return bool(checked) and checked[0].result != "failed"


def _claim(text: str, evidence: list[str], check: Check | None = None, *, essential: bool = False) -> Claim:
    return Claim(text=words.short(text, 590), evidence=evidence, check=check, essential=essential)


def _value(evidence: str, column: str, expected: str | float) -> Check:
    return Check(kind="value", evidence=evidence, column=column, expected=expected)


def _symptoms(picture: Picture) -> Iterator[Options]:
    """The subject's change, and the focus's."""
    if picture.hidden:
        yield _risen(picture.hidden, essential=True)
    for service in dict.fromkeys([*picture.chain[:1], picture.culprit, *picture.chain[-1:]]):
        if found := picture.symptom(service):
            yield _risen(found, essential=found == picture.complaint or service == picture.culprit)
    if picture.subject != picture.start and picture.subject:
        yield from _steady(picture, picture.subject)


def _risen(symptom: Symptom, *, essential: bool) -> Options:
    text = f"{symptom.service}: {words.rose(symptom)}."
    if symptom.path:
        where = {"service": symptom.service, "metric": symptom.signal, "labels": symptom.labels}
        row = Check(kind="value", evidence=symptom.evidence, column="after", where=where, expected=symptom.after)
        path = _value(symptom.evidence, f"{symptom.path}.after", symptom.after)
        return [_claim(text, [symptom.evidence], check, essential=essential) for check in (row, path)]
    at = f"signals.{symptom.signal}.after"
    changed = Check(kind="changed", evidence=symptom.evidence, signal=symptom.signal, direction="up", at=symptom.onset)
    return [
        _claim(text, [symptom.evidence], check, essential=essential)
        for check in (changed, _value(symptom.evidence, at, symptom.after))
    ]


def _steady(picture: Picture, service: str) -> Iterator[Options]:
    found = picture.metrics(service)
    for name in _SIGNALS if found else ():
        now = level(found, name) if found else None
        if found and now is not None:
            text = f"{service}: its {words.signal(name)} did not rise; it is at {words.amount(name, now)}."
            paths = [f"signals.{name}.{end}" for end in ("after", "before")]
            flat = _value(found.id, f"signals.{name}.direction", "flat")
            down = _value(found.id, f"signals.{name}.direction", "down")
            yield [_claim(text, [found.id], c) for c in (flat, down, *(_value(found.id, p, now) for p in paths))]


def _origin(picture: Picture) -> Iterator[Options]:
    """Where the requests fail, or lose their time."""
    hop = picture.way[-1] if picture.way else None
    if hop and picture.followed and picture.chain[-1:] != picture.chain[:1]:
        what = "added time" if hop.by == "latency" else "failures"
        text = f"Followed along the calls of {picture.start}, the {what} begin in {picture.focus}."
        yield [_claim(text, [hop.evidence], _value(hop.evidence, "origin.service", picture.focus), essential=True)]
    for traces in [t for s in picture.chain if (t := picture.traces_of(s))]:
        service, origin = facts.word(traces.arguments, "service"), facts.word(traces.facts, "origin.service")
        if origin:
            share = facts.number(traces.facts, "origin.share")
            part = f"{words.share(share)} of" if share is not None else "most of"
            text = f"{part} the failing requests to {service} start to fail in {origin}."
            check = _value(traces.id, "origin.service", origin)
            yield [
                _claim(
                    text[0].upper() + text[1:], [traces.id], check, essential=origin in (picture.focus, picture.culprit)
                )
            ]
    if picture.traces and (endpoint := facts.word(picture.traces.facts, "endpoint")):
        text = f"The operation that fails most is {endpoint}."
        yield [_claim(text, [picture.traces.id], _value(picture.traces.id, "endpoint", endpoint))]
    if picture.trace and facts.word(picture.trace.facts, "origin.service") == picture.focus:
        check = _value(picture.trace.id, "origin.service", picture.focus)
        yield [
            _claim(
                f"In the failing request that was opened, the first span to fail is {picture.focus}'s.",
                [picture.trace.id],
                check,
            )
        ]


def _exception(picture: Picture) -> Iterator[Options]:
    failure = picture.failure
    if not failure:
        return
    place = f" at {picture.place}" if picture.place else ""
    first = f"From {words.clock(failure.first_seen)} on," if failure.first_seen else "Since then"
    text = f"{first} {picture.witness} logs {words.short(failure.line)}{place}, {failure.count} times."
    ids = [failure.evidence, *([picture.diff.id] if place and picture.diff else [])]
    checks = [_value(failure.evidence, "exception.type", failure.type)]
    if failure.message:
        checks.insert(0, Check(kind="contains", evidence=failure.evidence, expected=failure.message))
    yield [_claim(text, ids, check, essential=picture.condition is None) for check in checks]


def _condition(picture: Picture) -> Iterator[Options]:
    """What shows a cause that is no change."""
    for proof in picture.condition.proofs if picture.condition else ():
        yield [_claim(proof.text, [proof.evidence], proof.check, essential=True)]


def _order(picture: Picture) -> Iterator[Options]:
    """The change came first; and who came after the onset cannot have done it."""
    change, found = picture.change, picture.complaint
    firsts = [(found.onset, found.evidence, "the onset")] if found else []
    if found and change and change.at > found.at:
        # A change within the bucket in which it began carries a later time than the bucket.
        firsts = [(found.by, found.evidence, "the end of the minute in which it began")]
    if picture.failure and facts.time(picture.failure.first_seen):
        firsts.append((picture.failure.first_seen, picture.failure.evidence, "the first such exception"))
    # What a platform notices of a machine it notices some time after those who wait for it.
    noticed = change is not None and change == picture.by_platform and bool(firsts) and change.time > firsts[0][0]
    if change and not noticed:
        yield [
            _claim(
                f"{change.label}, at {words.clock(change.time)}, came before {what}, at {words.clock(time)}.",
                [change.evidence, evidence],
                Check(kind="before", evidence=change.evidence, at=change.time, than=time),
                essential=True,
            )
            for time, evidence, what in firsts
        ]
    later = [c for c in picture.changes if picture.latest and c.at > picture.latest]
    told = list({other.label: other for other in reversed(later)}.values())[-_MOST_LATER:]
    for other in reversed(told):
        if found:
            yield [
                _claim(
                    f"{other.label}, at {words.clock(other.time)}, came only after the onset.",
                    [other.evidence, found.evidence],
                    Check(kind="before", evidence=other.evidence, at=found.onset, than=other.time),
                )
            ]


def _setting(picture: Picture) -> Iterator[Options]:
    """What was set, or what the platform says of a resource; and what moved there."""
    change = picture.change
    if change is None or change.kind == "deployment" or not picture.clear or change == picture.by_platform:
        return
    # An event of a node is filed under no service.
    node = change.kind == "k8s_event" and change.service in change.title
    where = {"title": change.title} if node else {"service": change.service, "title": change.title}
    check = Check(kind="value", evidence=change.evidence, column="kind", where=where, expected=change.kind)
    if change.versions:
        check = Check(kind="value", evidence=change.evidence, column="to", where=where, expected=change.new)
    yield [_claim(f"{change.label}, at {words.clock(change.time)}.", [change.evidence], check, essential=True)]
    yield from _fires(picture, change.service)
    for mover in [m for m in picture.movers if m.symptom.service == change.service][:1]:
        if mover.symptom != picture.complaint:
            yield _risen(mover.symptom, essential=True)


def _platform(picture: Picture) -> Iterator[Options]:
    """What Kubernetes says: where it begins, and what of it befalls the service."""
    first = picture.beginning
    own = [one for one in picture.said if one.alarming and one.service in (picture.focus, picture.culprit)]
    told = [*([first] if first else []), *(one for one in own if one != first)][:_MOST_SAID]
    for one in told:
        where = {"kind": one.kind, "object": one.object, "service": one.service}
        row = Check(kind="value", evidence=one.evidence, column="value", where=where, expected=one.value)
        path = _value(one.evidence, f"findings.{one.nth}.value", one.value)
        yield [_claim(one.says, [one.evidence], check, essential=one == first) for check in (row, path)]


def _fires(picture: Picture, service: str) -> Iterator[Options]:
    """Its alert, where it is no service that could be measured."""
    alerts = picture.case.find("get_alerts")
    if alerts is None or picture.metrics(service) is not None:
        return
    for row in [r for r in graph.alerts(picture.case) if facts.word(r, "service") == service][:1]:
        name = facts.word(row, "alert")
        check = Check(
            kind="value",
            evidence=alerts.id,
            column="state",
            where={"service": service, "alert": name},
            expected="firing",
        )
        yield [_claim(f"{name} fires for {service}.", [alerts.id], check, essential=True)]


def _amplified(picture: Picture) -> Iterator[Options]:
    """Who keeps the trouble going, by asking again and again for what fails."""
    change = None if picture.condition else picture.change
    for more in picture.called_more:
        if change and more.service == change.service and more.service in picture.retrying:
            many = f"{more.times:.3g} times as many calls {more.operation} to {more.peer}"
            text = f"{more.service} makes {many} for each request as before."
            where = {"service": more.service, "operation": more.operation, "callee": more.peer}
            row = Check(kind="value", evidence=more.evidence, column="times", where=where, expected=more.times)
            path = _value(more.evidence, f"calls_more.{more.nth}.times", more.times)
            yield [_claim(text, [more.evidence], check, essential=True) for check in (row, path)]
            return


def _source(picture: Picture) -> Iterator[Options]:
    """What the change did, and what the failing line holds."""
    change, failure, frame, diff = picture.change, picture.failure, picture.frame, picture.diff
    if diff and change and picture.suspect:
        where = facts.word(picture.suspect, "file")
        told = [(side, line) for side in ("removed", "added") if (line := picture.telling_line(side))]
        for side, line in told:
            verb = "took out" if side == "removed" else "put in"
            check = Check(kind="contains", evidence=diff.id, expected=line)
            text = f"{change.label} {verb} {words.code(line)} in {where}."
            yield [_claim(text, [diff.id], check, essential=side == "removed")]
        if not told:
            text = f"{change.label} changed {where} where the stack trace leads."
            yield [_claim(text, [diff.id], _value(diff.id, "suspects.0.file", where))]
    if diff and picture.migration:
        check = Check(kind="contains", evidence=diff.id, expected=picture.migration)
        text = f"A migration in it holds {words.code(picture.migration)}."
        yield [_claim(text, [diff.id], check, essential=True)]
    found = picture.source(picture.file, change.new) if change else None
    if found and failure and frame and frame.code and picture.line:
        check = Check(kind="contains", evidence=found.id, expected=frame.code)
        text = f"Line {picture.line} of {picture.file} holds {words.code(frame.code)}, where {failure.type} is raised."
        yield [_claim(text, [found.id, failure.evidence], check)]


def _commit(picture: Picture) -> Iterator[Options]:
    """Who last touched the lines around the place, where that came with the change."""
    found, change = picture.blame, picture.change
    lines = facts.rows(found.facts, "lines") if found else []
    at = picture.line
    new = [(n, row) for n, row in enumerate(lines) if row.get("new") is True and facts.word(row, "commit")]
    if found and change and new:
        nth, row = min(new, key=lambda pair: abs((facts.number(pair[1], "line") or 0) - at))
        commit, subject = facts.word(row, "short") or facts.word(row, "commit"), facts.word(row, "subject")
        place = f"{picture.file}:{facts.word(row, 'line')}"
        text = f"{place} came with commit {commit} ({words.short(subject, 80)}), which {change.old} had not."
        yield [_claim(text, [found.id], _value(found.id, f"lines.{nth}.commit", facts.word(row, "commit")))]


def _tests(picture: Picture) -> Iterator[Options]:
    """What the service's own tests say of the change."""
    found, change = picture.smallest, picture.change
    tests = facts.at(found.facts, "telling_tests") if found else None
    parts = facts.rows(found.facts, "parts") if found else []
    if found and change and isinstance(tests, list) and tests and parts:
        where = f"{facts.word(parts[0], 'file')}:{facts.word(parts[0], 'line')}"
        more = f" and {len(parts) - 1} more parts" if len(parts) > 1 else ""
        text = f"{tests[0]} fails on {change.new}, held on {change.old}, and holds with {where}{more} taken back."
        check = _value(found.id, "parts.0.line", facts.number(parts[0], "line") or 0)
        yield [_claim(text, [found.id], check, essential=True)]


def _healthy(picture: Picture) -> Iterator[Options]:
    for service in [picture.subject] if picture.subject else picture.candidates:
        yield from _steady(picture, service)
    alerts = picture.case.find("get_alerts")
    if alerts and picture.subject:
        where = {"service": picture.subject, "state": "firing"}
        check = Check(kind="value", evidence=alerts.id, column="service", where=where, aggregate="count", expected=0)
        none = _value(alerts.id, "firing", 0)
        yield [_claim(f"No alert fires for {picture.subject}.", [alerts.id], c) for c in (check, none)]


_PARTS: tuple[Callable[[Picture], Iterator[Options]], ...] = (
    _symptoms,
    _origin,
    _exception,
    _condition,
    _order,
    _setting,
    _platform,
    _amplified,
    _source,
    _commit,
    _tests,
)
_WELL: tuple[Callable[[Picture], Iterator[Options]], ...] = (_healthy,)
