"""The words and numbers of a postmortem that all its forms share."""

from __future__ import annotations

from datetime import datetime

from aisre_nb.evidence.invisible import visible
from aisre_nb.report.postmortem.conduct import spell
from aisre_nb.report.postmortem.document import TO_FILL_IN, Exhibit, Postmortem

NONE = "The record shows none."
WELL = f"{TO_FILL_IN}: what helped that no record shows"
BADLY = f"{TO_FILL_IN}: what was missing, slow or confusing"
LUCKY = f"{TO_FILL_IN}: what could have made it worse, and did not by luck"
OUTCOMES = {"root_cause": "root cause found", "no_fault": "no fault found", "inconclusive": "cause not proved"}


def facts(found: Postmortem) -> list[tuple[str, str]]:
    """What stands on top: name and value."""
    status = f"{found.status} ({found.status_detail})" if found.status_detail else found.status
    confidence = "" if found.confidence is None else f", confidence {found.confidence:.0%}"
    told = [
        ("status", status),
        ("date", date(found)),
        ("duration", duration(found)),
        ("incident", found.incident),
        ("outcome", OUTCOMES.get(found.outcome, found.outcome) + confidence),
        ("question", found.question),
        ("investigated by", found.model),
    ]
    return [(name, visible(value)) for name, value in told if value]


def date(found: Postmortem) -> str:
    """The day on which it began."""
    at = found.onset or (found.timeline[0].at if found.timeline else None)
    return f"{at:%Y-%m-%d}" if at else ""


def duration(found: Postmortem) -> str:
    """From the onset to the recovery, as far as they are known."""
    if found.onset is None:
        return ""
    since = f"since {found.onset:%H:%M:%S} UTC"
    if found.recovered is None:
        return f"{since}; its end is not in the record"
    return f"{spell(found.recovered - found.onset)} at most, {since}, seen to be over at {found.recovered:%H:%M:%S} UTC"


def clock(at: datetime) -> str:
    """``14:46:30``; the day stands on top, and where it is another one."""
    return f"{at:%H:%M:%S}"


def minutes(value: float | None) -> str:
    """Relative to the onset: ``+2.0``, ``−1.3``."""
    if value is None:
        return ""
    rounded = round(value, 1) + 0.0
    return "0" if rounded == 0 else f"{'+' if rounded > 0 else '−'}{abs(rounded):g}"


def days(found: Postmortem) -> bool:
    """Whether the timeline goes over more than one day."""
    return len({moment.at.date() for moment in found.timeline}) > 1


def window(one: Exhibit) -> str:
    """From, to."""
    if one.window is None:
        return ""
    start, end = one.window.start, one.window.end
    return f"{start:%Y-%m-%d %H:%M:%S} to {end:{'%H:%M:%S' if start.date() == end.date() else '%Y-%m-%d %H:%M:%S'}} UTC"


def fetched(one: Exhibit) -> str:
    """When, by the wall clock."""
    return f"{one.fetched_at:%Y-%m-%d %H:%M:%S} UTC" if one.fetched_at else ""
