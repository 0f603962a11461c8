"""What rose, and what did not."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.models.builtin import words
from aisre_nb.models.builtin.conclude.claims.claim import Options, claim, value
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.symptom import Symptom, level
from aisre_nb.report.report import Check

_SIGNALS = ("error_rate", "latency_p95")


def symptoms(picture: Picture) -> Iterator[Options]:
    """The subject's change, and the focus's."""
    if picture.hidden:
        yield risen(picture.hidden, essential=True)
    for service in dict.fromkeys([*picture.chain[:1], picture.culprit, *picture.chain[-1:]]):
        if found := picture.symptom(service):
            yield risen(found, essential=found == picture.complaint or service == picture.culprit)
    if picture.subject != picture.start and picture.subject:
        yield from steady(picture, picture.subject)


def risen(symptom: Symptom, *, essential: bool) -> Options:
    text = f"{symptom.service}: {words.rose(symptom)}."
    if symptom.path:
        where = {"service": symptom.service, "metric": symptom.signal, "labels": symptom.labels}
        row = Check(kind="value", evidence=symptom.evidence, column="after", where=where, expected=symptom.after)
        path = value(symptom.evidence, f"{symptom.path}.after", symptom.after)
        return [claim(text, [symptom.evidence], check, essential=essential) for check in (row, path)]
    at = f"signals.{symptom.signal}.after"
    changed = Check(kind="changed", evidence=symptom.evidence, signal=symptom.signal, direction="up", at=symptom.onset)
    return [
        claim(text, [symptom.evidence], check, essential=essential)
        for check in (changed, value(symptom.evidence, at, symptom.after))
    ]


def steady(picture: Picture, service: str) -> Iterator[Options]:
    found = picture.metrics(service)
    for name in _SIGNALS if found else ():
        now = level(found, name) if found else None
        if found and now is not None:
            text = f"{service}: its {words.signal(name)} did not rise; it is at {words.amount(name, now)}."
            paths = [f"signals.{name}.{end}" for end in ("after", "before")]
            flat = value(found.id, f"signals.{name}.direction", "flat")
            down = value(found.id, f"signals.{name}.direction", "down")
            yield [claim(text, [found.id], c) for c in (flat, down, *(value(found.id, p, now) for p in paths))]


def healthy(picture: Picture) -> Iterator[Options]:
    for service in [picture.subject] if picture.subject else picture.candidates:
        yield from steady(picture, service)
    alerts = picture.case.find("get_alerts")
    if alerts and picture.subject:
        where = {"service": picture.subject, "state": "firing"}
        check = Check(kind="value", evidence=alerts.id, column="service", where=where, aggregate="count", expected=0)
        none = value(alerts.id, "firing", 0)
        yield [claim(f"No alert fires for {picture.subject}.", [alerts.id], c) for c in (check, none)]
