"""What happened when, as evidence dates it."""

from __future__ import annotations

from datetime import timedelta

from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import EntryKind, TimelineEntry

_AROUND = timedelta(hours=2)
"""Changes and alerts further from the onset than this are left out, but for the change that did it."""
_MOST = 15


def timeline(picture: Picture) -> list[TimelineEntry]:
    """Changes, the onset, the first exception, alerts; by time."""
    onset = facts.time(picture.onset)
    near = [c for c in picture.changes if c == picture.change or (onset and abs(c.at - onset) <= _AROUND)]
    entries = [_entry(c.time, f"{c.label} ({c.kind})", c.evidence, "change") for c in near]
    risen = [found for service in picture.chain if (found := picture.symptom(service))]
    entries += [_entry(s.onset, f"{s.service}: {words.rose(s)}", s.evidence, "symptom") for s in risen]
    failure, alerts = picture.failure, picture.case.find("get_alerts")
    if failure:
        text = f"{picture.witness}: first {words.short(failure.line)}"
        entries.append(_entry(failure.first_seen, text, failure.evidence, "symptom"))
    for alert in graph.alerts(picture.case) if alerts and picture.start else []:
        since = facts.time(facts.word(alert, "since"))
        if onset and since and abs(since - onset) > _AROUND:
            continue
        text = f"alert {facts.word(alert, 'alert')} on {facts.word(alert, 'service')}"
        entries.append(_entry(facts.word(alert, "since"), text, alerts.id if alerts else "", "alert"))
    dated = [(at, entry) for entry in entries if (at := facts.time(entry.time))]
    return [entry for _, entry in sorted(dated, key=lambda d: d[0])][:_MOST]


def _entry(time: str, text: str, evidence: str, kind: EntryKind) -> TimelineEntry:
    return TimelineEntry(time=time, text=text, evidence=[evidence], kind=kind)
