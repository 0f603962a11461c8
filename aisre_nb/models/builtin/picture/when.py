"""When it began, and what was said then: logs, failing traces, Kubernetes."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts, failure, platform
from aisre_nb.models.builtin.failure import Failure
from aisre_nb.models.builtin.picture.way import Followed
from aisre_nb.models.builtin.platform import Said
from aisre_nb.times import rfc3339

_MANY, _SMOOTHED = 20, timedelta(minutes=10)
"""Exceptions that are many, and how long an error rate may be smoothed over."""


class Dated(Followed):
    """The onset, and what speaks of it."""

    @cached_property
    def traces(self) -> Evidence | None:
        """Failing (or slow) requests of the focus; where it served none, of the service before it on the way."""
        found = [e for s in reversed(self.chain) if (e := self.traces_of(s))]
        return next((e for e in found if facts.word(e.facts, "failing.trace_id")), found[0] if found else None)

    @cached_property
    def trace(self) -> Evidence | None:
        """One failing trace, beside a healthy one where there is one."""
        return self.case.find("get_trace")

    @cached_property
    def logs(self) -> Evidence | None:
        """The focus's log patterns; the result with an exception where there are several."""
        found = [e for e in self.case.evidence if e.tool == "get_logs" and e.arguments.get("service") == self.witness]
        return next((e for e in reversed(found) if failure.read(e)), found[-1] if found else None)

    @cached_property
    def failure(self) -> Failure | None:
        """The exception in them."""
        return failure.read(self.logs) if self.logs else None

    @cached_property
    def errors(self) -> str:
        """What is logged, and what the spans say in which failures begin."""
        spans = (facts.word(e.facts, "origin.message") for e in self.case.evidence if e.tool == "get_traces")
        new = (facts.word(row, "pattern") for row in facts.rows(self.logs.facts, "new")) if self.logs else ()
        return "\n".join([self.failure.line if self.failure else "", *spans, *new])

    @cached_property
    def beginning(self) -> Said | None:
        """The finding of Kubernetes from which the trouble comes; None where it knows no reason."""
        services = {*self.chain, *([self.named] if self.named else [])}
        return platform.beginning(self.said, services, self.errors)

    @property
    def befell(self) -> str:
        """The first that Kubernetes says came of it; empty where it says nothing."""
        return next((one.says for one in self.said if one.alarming and one != self.beginning), "")

    @cached_property
    def onset(self) -> str:
        """When it began, as the evidence writes it: by the signals, else by the logs, else by what Kubernetes says."""
        if self.complaint:
            return self.complaint.onset
        logs = self.logs
        said = facts.word(logs.facts, "onset") if logs else ""
        first = self.failure.first_seen if self.failure else ""
        if facts.time(first) or facts.time(said):
            return first if facts.time(first) else said
        return self.beginning.since if self.beginning and facts.time(self.beginning.since) else ""

    @property
    def latest(self) -> datetime | None:
        """The last instant at which the cause may have happened: the onset is no more exact than its bucket."""
        at = facts.time(self.onset)
        latest = at + self.complaint.step if at and self.complaint else at
        # Errors that began with a new exception began with that, whatever smoothed rates say.
        raised = facts.time(self.failure.first_seen) if self.failure and self.failure.count >= _MANY else None
        errors = self.complaint is not None and self.complaint.errors
        return raised if latest and raised and errors and latest < raised <= latest + _SMOOTHED else latest

    def before_onset(self, lead: timedelta) -> str | None:
        """An instant that lies ``lead`` before the onset, for a window that shows both sides of it."""
        at = facts.time(self.onset)
        return rfc3339(at - lead) if at else self.since
