"""What was changed, in which order, and what keeps it going."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.conclude.claims.claim import Options, claim, value
from aisre_nb.models.builtin.conclude.claims.signals import risen
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Check

_MOST_SAID = 3
_MOST_LATER = 3
"""Changes after the onset that are ruled out one by one; a pod that restarts forty times is told once."""


def order(picture: Picture) -> Iterator[Options]:
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
            claim(
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
                claim(
                    f"{other.label}, at {words.clock(other.time)}, came only after the onset.",
                    [other.evidence, found.evidence],
                    Check(kind="before", evidence=other.evidence, at=found.onset, than=other.time),
                )
            ]


def setting(picture: Picture) -> Iterator[Options]:
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
    yield [claim(f"{change.label}, at {words.clock(change.time)}.", [change.evidence], check, essential=True)]
    yield from _fires(picture, change.service)
    for mover in [m for m in picture.movers if m.symptom.service == change.service][:1]:
        if mover.symptom != picture.complaint:
            yield risen(mover.symptom, essential=True)


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
        yield [claim(f"{name} fires for {service}.", [alerts.id], check, essential=True)]


def platform(picture: Picture) -> Iterator[Options]:
    """What Kubernetes says: where it begins, and what of it befalls the service."""
    first = picture.beginning
    own = [one for one in picture.said if one.alarming and one.service in (picture.focus, picture.culprit)]
    told = [*([first] if first else []), *(one for one in own if one != first)][:_MOST_SAID]
    for one in told:
        where = {"kind": one.kind, "object": one.object, "service": one.service}
        row = Check(kind="value", evidence=one.evidence, column="value", where=where, expected=one.value)
        path = value(one.evidence, f"findings.{one.nth}.value", one.value)
        yield [claim(one.says, [one.evidence], check, essential=one == first) for check in (row, path)]


def amplified(picture: Picture) -> Iterator[Options]:
    """Who keeps the trouble going, by asking again and again for what fails."""
    change = None if picture.condition else picture.change
    for more in picture.called_more:
        if change and more.service == change.service and more.service in picture.retrying:
            many = f"{more.times:.3g} times as many calls {more.operation} to {more.peer}"
            text = f"{more.service} makes {many} for each request as before."
            where = {"service": more.service, "operation": more.operation, "callee": more.peer}
            row = Check(kind="value", evidence=more.evidence, column="times", where=where, expected=more.times)
            path = value(more.evidence, f"calls_more.{more.nth}.times", more.times)
            yield [claim(text, [more.evidence], check, essential=True) for check in (row, path)]
            return
