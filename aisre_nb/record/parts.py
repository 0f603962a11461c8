"""A record cut into what a person did: each question with all that followed, and what they did themselves between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from aisre_nb.record.events import Asked, Ended, Event, EvidenceKept, Noted, ToolFinished, ToolStarted, Verified

_OWN = ("cite", "note")
"""What evidence of a person's own says as its tool."""
_BY_HAND = "person-"
"""How the id of a call begins that a person made."""


@dataclass
class Part:
    """One cell's worth of events."""

    kind: Literal["question", "act", "cite", "note", "verify", "rest"]
    """``rest``: what belongs to none of them."""
    said: str
    """The question, the tool, or the title."""
    events: list[Event] = field(default_factory=list)


def parts(events: Sequence[Event]) -> list[Part]:
    """All of them, in order; every event is in one."""
    found: list[Part] = []
    asking = False
    for place, event in enumerate(events):
        if isinstance(event, Asked):
            call = _call_after(events, place)
            asking = not (isinstance(call, ToolStarted) and call.call_id.startswith(_BY_HAND))
            found.append(Part("question" if asking else "act", event.question))
        elif not asking and _begins(event, events, place, found):
            found.append(_part(event))
        elif not found:
            found.append(Part("rest", ""))
        if isinstance(event, ToolStarted | ToolFinished) and found[-1].kind == "act":
            # Until now it was called by what the person said.
            found[-1].said = event.tool
        found[-1].events.append(event)
        asking = asking and not isinstance(event, Ended)
    return found


def _begins(event: Event, events: Sequence[Event], place: int, found: Sequence[Part]) -> bool:
    """Whether something new begins here, outside of a question."""
    before = found[-1] if found else None
    if isinstance(event, Verified):
        return True
    if isinstance(event, EvidenceKept):
        return event.data.get("tool") in _OWN
    if isinstance(event, Noted):
        # "ada asked: …" stands before the call that it is about.
        return " asked: " in event.text and isinstance(_call_after(events, place), ToolStarted | ToolFinished)
    if isinstance(event, ToolStarted | ToolFinished):
        return before is None or before.kind != "act" or any(isinstance(e, ToolFinished) for e in before.events)
    return False


def _call_after(events: Sequence[Event], place: int) -> Event | None:
    """What comes next, but for notes."""
    return next((event for event in events[place + 1 :] if not isinstance(event, Noted)), None)


def _part(event: Event) -> Part:
    if isinstance(event, EvidenceKept):
        return Part("cite" if event.data.get("tool") == "cite" else "note", str(event.data.get("title", "")))
    if isinstance(event, Verified):
        return Part("verify", "")
    return Part("act", event.tool if isinstance(event, ToolStarted | ToolFinished) else "")
