"""The incident's clock: when something in the record happened, as the systems that it is about count time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from aisre_nb.errors import AisreError
from aisre_nb.record.events import Asked, Event, EvidenceKept
from aisre_nb.times import instant

_A_LOOK = timedelta(minutes=30)
"""How long somebody looks at a world that stands still."""


class Clock:
    """In a kept or made world "now" is another instant than when somebody looked at it: the record tells both."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._pairs: list[tuple[datetime, datetime]] = []
        for event in events:
            now = _now(event)
            # A world that stands still while somebody looks at it would set the clock back at each question.
            if now is not None and not (self._pairs and timedelta(0) <= self.of(event.at) - now < _A_LOOK):
                self._pairs.append((event.at, now))

    def of(self, at: datetime) -> datetime:
        """The instant in the incident's time."""
        earlier = [pair for pair in self._pairs if pair[0] <= at] or self._pairs[:1]
        if not earlier:
            return at
        wall, world = earlier[-1]
        return world + (at - wall)


def _now(event: Event) -> datetime | None:
    """What the sources called now when it happened, if it says so."""
    if isinstance(event, Asked):
        return event.now
    if isinstance(event, EvidenceKept) and isinstance(facts := event.data.get("facts"), dict):
        # A look after a remedy lets time pass; an action says when it was done.
        told = (
            facts.get("now") if event.data.get("tool") == "verify" else facts.get("at") if "action" in facts else None
        )
        if isinstance(told, str):
            try:
                return instant(told)
            except AisreError:
                return None
    return None
