"""What the evidence shows so far: the service asked about, the one where the trouble starts, the change that fits.

Computed anew at every turn, from the request alone, so that a replayed or forked investigation goes the same way.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cached_property

from aisre_nb.analysis.change_ranking import Fit, Trouble
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import (
    changes,
    condition,
    facts,
    failure,
    flow,
    graph,
    moved,
    names,
    platform,
    question,
    symptom,
)
from aisre_nb.models.builtin.case import Case
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.condition import Condition
from aisre_nb.models.builtin.failure import Failure, Frame
from aisre_nb.models.builtin.flow import Hop, More
from aisre_nb.models.builtin.mend import hunks
from aisre_nb.models.builtin.mend.hunks import Hunk
from aisre_nb.models.builtin.moved import Mover
from aisre_nb.models.builtin.platform import Said
from aisre_nb.models.builtin.question import Question
from aisre_nb.models.builtin.symptom import Symptom
from aisre_nb.times import rfc3339

_SHARE = 0.3
"""The part of failing requests that must start to fail in another service, for that one to be looked at next."""
_CHAIN = 6
"""How many services deep an error is followed."""
NEIGHBOURS = 6
"""How many services around a healthy one are looked at."""
CALLEES = 4
"""How many called services are looked at for where time is lost."""
_OFTENER = 1.3
"""Calls for each request, times those of before, to somebody else's service from which on it may be us."""
_RETRIES, _FAILING = 2.5, 0.2
"""Calls for each request, times those of before, and the share of them that fails: one retry is usual, more are not."""
_ALTERS = re.compile(r"^(?:drop|alter|create)\b", re.IGNORECASE)
_TOGETHER = timedelta(minutes=2)
_RESOLVES = re.compile(r"dns|resolv|bind9?|unbound", re.IGNORECASE)
_UNRESOLVED = re.compile(
    r"name resolution|getaddrinfo|gaierror|name or service not known|no such host|nxdomain|servfail|eai_again|"
    r"could not resolve|unknown ?host",
    re.IGNORECASE,
)
_QUEUE = re.compile(r"queue|messag|backlog|topic|\blag\b|stream|job", re.IGNORECASE)
_MORE_TRAFFIC = 1.3
_MANY, _SMOOTHED = 20, timedelta(minutes=10)
_HOPELESS = 0.5
_ATTEMPTS = re.compile(r"retr(?:y|ies)|attempts?|deliver(?:y|ies)|requeue|dead.?letter|backoff", re.IGNORECASE)
"""Settings that say how often something that failed is tried again."""
_HARMLESS = {"info", "none"}
_RESTARTED = re.compile(r"memory|heap|uptime|available|replicas|threads", re.IGNORECASE)
"""What moves with every restart and every new pod, well or not."""
CANDIDATES = 5
"""How many services are looked at where the question names none."""


class Picture:
    """Everything derived; each part None or empty while it is not known."""

    def __init__(self, case: Case, asked: str = "") -> None:
        self.case = case
        self.asked = asked
        """The service to look into, whatever the question names."""

    @cached_property
    def question(self) -> Question:
        """What is asked."""
        return question.read(self.case.question, self.case.request.now)

    @cached_property
    def named(self) -> str:
        """The service that the question, an alert in it, or an earlier question names."""
        if self.asked:
            return self.asked
        known = graph.known_services(self.case)
        for text in reversed(self.case.questions):
            found = names.mentioned(text, known)
            by_alert = [a for a in graph.alerts(self.case) if facts.word(a, "alert").lower() in text.lower()]
            found += [facts.word(a, "service") for a in by_alert if facts.word(a, "alert")]
            if found and found[0]:
                return found[0]
        listed = bool(graph.service_rows(self.case))
        return "" if listed else names.said(self.case.question)

    @cached_property
    def candidates(self) -> list[str]:
        """Where no service is named: those that alert, then those that fail or take the most."""
        alerting = [facts.word(a, "service") for a in graph.alerts(self.case)]
        rows = graph.service_rows(self.case)
        key = "p95_ms" if self.question.slow else "error_rate"
        worst = sorted(rows, key=lambda r: -(facts.number(r, key) or 0.0))
        return [s for s in dict.fromkeys([*alerting, *(facts.word(r, "service") for r in worst)]) if s][:CANDIDATES]

    @cached_property
    def subject(self) -> str:
        """The service that the question is about; where none is named, the candidate that changed for the worse."""
        if self.named:
            return self.named
        return next((s for s in self.candidates if self.symptom(s)), "")

    @cached_property
    def neighbours(self) -> list[str]:
        """Whom the subject calls, then who calls it."""
        around = [*graph.callees(self.case, self.subject), *graph.callers(self.case, self.subject)]
        return list(dict.fromkeys(around))[:NEIGHBOURS]

    @cached_property
    def start(self) -> str:
        """Where to follow from: the ill service; where all are well by their golden signals, the one that moved."""
        return self._unwell or (self.hidden.service if self.hidden else "") or self._without_pods

    @cached_property
    def _unwell(self) -> str:
        """The subject if it is unwell or cannot be measured, else a neighbour that is."""
        if not self.subject or self.sick(self.subject):
            return self.subject
        if self.question.health:
            return ""
        unwell = ((s, found) for s in self.neighbours if (found := self.symptom(s)))
        # Errors next door do not explain a complaint about time.
        return next((s for s, found in unwell if found.slow or not self.question.slow), "")

    @cached_property
    def movers(self) -> list[Mover]:
        """All series that moved, where they were asked for."""
        found = self.case.find("find_movers")
        return moved.read(found) if found else []

    @cached_property
    def hidden(self) -> Symptom | None:
        """What is wrong where no service's errors or latency are."""
        if self.question.health or not self.movers or self._unwell:
            return None
        serious = [a for a in graph.alerts(self.case) if facts.word(a, "severity").lower() not in _HARMLESS]
        near = [self.named, *self.neighbours] if self.named else []
        if pods := platform.fitting(self.said, self.movers, platform.speaks(self.case.question)):
            return pods.symptom
        compared = self.case.find("follow_calls", service=self.named) if self.named else None
        if compared and (left_out := flow.fewer(compared, self.named)):
            return left_out
        return moved.telling(self.movers, near, [facts.word(a, "service") for a in serious], graph.pairs(self.case))

    @property
    def changed_last(self) -> Change | None:
        """The last deployment or setting of the service that is asked about, early enough to show what came of it."""
        now = self.case.request.now
        own = [c for c in self.changes if c.service == self.named and c.kind in ("deployment", "config")]
        own = [c for c in own if now is None or timedelta(minutes=5) <= now - c.at <= timedelta(hours=2)]
        return max(own, key=lambda c: c.at, default=None)

    @cached_property
    def shown(self) -> Symptom | None:
        """The change for the worse of the service to follow from."""
        return self.symptom(self.start) if self.start and not self.hidden else None

    @cached_property
    def way(self) -> list[Hop]:
        """From the start along its calls, where that was followed."""
        found = self.case.find("follow_calls", service=self.start) if self.start else None
        return flow.read(found) if found else []

    @property
    def followed(self) -> str:
        """The number of the evidence that follows the calls to the focus; empty where none does."""
        found = self.case.find("follow_calls", service=self.start) if self.way else None
        return found.id if found and facts.word(found.facts, "origin.service") == self.focus else ""

    @cached_property
    def called_more(self) -> list[More]:
        """Calls that are made more often for each request than before."""
        found = self.case.find("follow_calls", service=self.start) if self.start else None
        return flow.more(found) if found else []

    @cached_property
    def comparisons(self) -> list[Evidence]:
        """What separates bad requests from good ones, of one service each; of the deepest on the way first."""
        found = [e for e in self.case.evidence if e.tool == "compare_requests"]
        walked = {*self.chain, *(hop.service for hop in self.way), self.entrance}
        found = [e for e in found if facts.word(e.facts, "service") in walked]
        order = {service: nth for nth, service in enumerate(self.chain)}
        return sorted(found, key=lambda e: -order.get(facts.word(e.facts, "service"), -1))

    @property
    def entrance(self) -> str:
        """Where the requests to the start come in: up the calls, to a service that nobody calls."""
        found = self.start
        for _ in range(_CHAIN):
            above = [c for c in graph.callers(self.case, found) if c != found]
            if not above:
                break
            found = above[0]
        return found

    @property
    def growth(self) -> float:
        """How many times as many requests as before are asked of the services on the way; 1 where that is not known."""
        found = [e for s in self.chain if (e := self.metrics(s))]
        rates = [
            (facts.number(e.facts, "signals.request_rate.before"), facts.number(e.facts, "signals.request_rate.after"))
            for e in found
        ]
        return max((after / before for before, after in rates if before and after), default=1.0)

    @cached_property
    def condition(self) -> Condition | None:
        """A cause that is no change, where no change stands out."""
        if self.beginning is not None and self.beginning.alarming:
            return None
        best = self.outstanding
        if best is None:
            return condition.found(self, "none")
        return condition.found(self, "own" if best.service in (self.witness, self.focus) else "other")

    @cached_property
    def chain(self) -> list[str]:
        """From the start to where the trouble originates, as far as it was followed."""
        chain = [self.start] if self.start else []
        if self.hidden:
            return chain
        if self.way:
            return flow.services(self.way)
        while chain and len(chain) < _CHAIN:
            origin = self._origin(chain[-1])
            if not origin or origin in chain:
                break
            chain.append(origin)
        return chain

    @property
    def witness(self) -> str:
        """The deepest service on the way that keeps spans and logs of its own: what speaks for a database it calls."""
        serving = {facts.word(r, "service") for r in graph.service_rows(self.case) if facts.number(r, "requests")}
        return next((s for s in reversed(self.chain) if s in serving), self.focus) if serving else self.focus

    @property
    def focus(self) -> str:
        """The service in which the trouble originates, as far as is known."""
        return self.chain[-1] if self.chain else ""

    @cached_property
    def complaint(self) -> Symptom | None:
        """The change for the worse in the focus; where that cannot be measured, of the nearest on the way to it."""
        return self.hidden or next((found for s in reversed(self.chain) if (found := self.symptom(s))), None)

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
    def changes(self) -> list[Change]:
        """All changes that were listed."""
        found = self.case.find("get_deployments")
        return changes.read(found) if found else []

    @cached_property
    def own_change(self) -> Change | None:
        """The change of the focus that fits the onset; None where nothing was changed before it."""
        return changes.nearest(self.changes, self.focus, self.latest) if self.latest else None

    @cached_property
    def fits(self) -> list[Fit]:
        """How well each change fits, the best first."""
        return changes.ranked(self.changes, self._trouble, self._calls) if self._trouble else []

    @property
    def _calls(self) -> list[tuple[str, str]]:
        """Who calls whom; a queue that backs up waits for those who take from it, whom traces show beside it."""
        pairs = graph.pairs(self.case)
        if self.hidden is None or not _QUEUE.search(self.hidden.signal):
            return pairs
        feeding = {caller for caller, callee in pairs if callee == self.focus}
        beside = {callee for caller, callee in pairs if caller in feeding} - {self.focus}
        return [*pairs, *((self.focus, taker) for taker in sorted(beside))]

    @cached_property
    def outstanding(self) -> Change | None:
        """The one change that fits, far better than those of every other service."""
        return changes.outstanding(self.changes, self.fits)

    @property
    def clear(self) -> bool:
        """There is one."""
        return self.outstanding is not None

    @cached_property
    def change(self) -> Change | None:
        """The change that did it, as far as is known: the one that stands out, else the last of the focus."""
        if self.condition:
            return self.condition.change
        own, best = self.own_change, self.outstanding
        if self.by_platform:
            return self.by_platform
        if best is None:
            return own
        return own if own and (own.service, own.kind) == (best.service, best.kind) else best

    @cached_property
    def said(self) -> list[Said]:
        """What Kubernetes says is wrong, where it was asked."""
        found = self.case.find("get_kubernetes_state")
        return platform.read(found) if found else []

    @cached_property
    def beginning(self) -> Said | None:
        """The finding of Kubernetes from which the trouble comes; None where it knows no reason."""
        services = {*self.chain, *([self.named] if self.named else [])}
        return platform.beginning(self.said, services, self.errors)

    @cached_property
    def errors(self) -> str:
        """What is logged, and what the spans say in which failures begin."""
        spans = (facts.word(e.facts, "origin.message") for e in self.case.evidence if e.tool == "get_traces")
        new = (facts.word(row, "pattern") for row in facts.rows(self.logs.facts, "new")) if self.logs else ()
        return "\n".join([self.failure.line if self.failure else "", *spans, *new])

    def _spoken(self, service: str) -> bool:
        """Names could not be resolved, and this resolves them."""
        return bool(_RESOLVES.search(service) and _UNRESOLVED.search(self.errors))

    @property
    def befell(self) -> str:
        """The first that Kubernetes says came of it; empty where it says nothing."""
        return next((one.says for one in self.said if one.alarming and one != self.beginning), "")

    @cached_property
    def by_platform(self) -> Change | None:
        """The same as something that was changed."""
        return platform.change(self.beginning, self.changes) if self.beginning else None

    @property
    def _without_pods(self) -> str:
        """The service whose pods have trouble, where nothing can be measured of it."""
        if self.question.health or not platform.speaks(self.case.question):
            return ""
        ill = [one.service for one in self.said if one.alarming and one.service]
        return self.named if self.named in ill else next(iter(ill), "")

    @property
    def culprit(self) -> str:
        """The service or resource that is held to be the cause."""
        if self.condition:
            return self.condition.services[0]
        if self.change and self.change.service:
            return self.change.service
        # A flag belongs to no service: what is asked more often since, or is hurt first, is where it works.
        if self.change and self.change.kind == "flag" and self.called_more:
            return self.called_more[0].peer
        begun = moved.first(self.movers, graph.pairs(self.case)) if self.change else None
        return (begun.symptom.service if begun else "") or self.focus

    @cached_property
    def _trouble(self) -> Trouble | None:
        if not self.focus or not self.latest:
            return None
        ill = [found for s in self.chain if (found := self.symptom(s))]
        hurt = {found.service: found.at + found.step for found in ill}
        series: dict[str, list[datetime]] = {}
        grown = self.growth >= _MORE_TRAFFIC
        for mover in self.movers:
            if _RESTARTED.search(mover.symptom.signal):
                continue
            failing = self.complaint if self.complaint and self.complaint.errors else None
            fell = not mover.hurts and mover.symptom.after < mover.symptom.before
            if failing and fell and mover.at + mover.symptom.step > failing.at:
                # There is less to do where requests fail before.
                continue
            if grown and not mover.hurts and not fell:
                # More is asked of everybody.
                continue
            series.setdefault(mover.symptom.service, []).append(mover.at)
            if mover.hurts and mover.confidence >= moved.SURE:
                until = mover.at + mover.symptom.step
                hurt[mover.symptom.service] = min(hurt.get(mover.symptom.service, until), until)
        serving = {facts.word(r, "service") for r in graph.service_rows(self.case) if facts.number(r, "requests")}
        well = {s for s in serving if not self.symptom(s)} - set(hurt) - {self.focus}
        if self.hidden and _QUEUE.search(self.hidden.signal):
            # Who takes too little from a queue fails nobody and is as fast as ever.
            well -= {callee for caller, callee in self._calls if caller == self.focus}
        # Somebody else's service is not changed by us: what we changed is how it is asked.
        place = self.focus if self.focus in {facts.word(r, "service") for r in graph.service_rows(self.case)} else ""
        begun = moved.first(self.movers, graph.pairs(self.case))
        first = (begun.symptom.service, begun.at) if begun else None
        return Trouble(
            place or self.witness, self.latest, hurt, series, frozenset(well), first,
            frozenset(s for s in {c.service for c in self.changes} if self._spoken(s)), self.witness,
            self._amplifying,
        )  # fmt: skip

    @property
    def retrying(self) -> set[str]:
        """Those who ask far more often than before for what fails, or try again and again what cannot be done."""
        found = self.symptom(self.focus)
        hopeless = found is not None and found.errors and found.after >= _HOPELESS
        asking = {m.service for m in self.called_more if m.times >= _RETRIES and m.error_rate >= _FAILING}
        return asking | ({self.focus} if hopeless else set())

    @property
    def _amplifying(self) -> frozenset[tuple[str, str]]:
        """Settings of how often is tried again, of those who do; any of who asks somebody else's service more often."""
        last = self.way[-1] if self.way else None
        asks = last.service if last and last.where == "peer" and last.times >= _OFTENER and self._foreign else ""
        told = (
            c
            for c in self.changes
            if c.kind == "config" and (c.service == asks or (c.service in self.retrying and _ATTEMPTS.search(c.title)))
        )
        return frozenset((c.service, c.title) for c in told)

    @property
    def _foreign(self) -> bool:
        """What is waited for has no telemetry here: it is somebody else's."""
        return self.focus not in {facts.word(r, "service") for r in graph.service_rows(self.case)}

    @property
    def companion(self) -> Change | None:
        """What was changed together with it on the way: of a setting the deployment, of a deployment the setting.

        A schema's version is both: a setting of the database, and a migration in the source of who uses it.
        """
        change = self.change
        if change is None or change.kind not in ("deployment", "config"):
            return None
        other = "config" if change.kind == "deployment" else "deployment"
        near = [c for c in self.changes if c.kind == other and c.versions and c.service != change.service]
        near = [c for c in near if c.service in self.chain and abs(c.at - change.at) <= _TOGETHER]
        return min(near, key=lambda c: abs(c.at - change.at), default=None)

    @property
    def migration(self) -> str:
        """The line of the companion's migration that tells what it did to the schema; empty where there is none."""
        found = self.diff
        for hunk in hunks.read(found) if found and self.companion else []:
            if re.search(r"migrat|schema|\.sql$", hunk.file, re.IGNORECASE):
                added = [line.text.strip() for line in hunk.lines if line.tag == "+"]
                if told := next((line for line in added if _ALTERS.search(line)), ""):
                    return told
        return ""

    @cached_property
    def diff(self) -> Evidence | None:
        """What that change, or the deployment that it came with, did to the source."""
        parts = [c for c in (self.change, self.companion) if c is not None]
        changed = next((c for c in parts if c.kind == "deployment"), self.change)
        if not changed:
            return None
        for evidence in reversed(self.case.evidence):
            asked = (evidence.arguments.get("from_version"), evidence.arguments.get("to_version"))
            same = evidence.arguments.get("service") == changed.service
            if evidence.tool == "get_source_diff" and same and asked == (changed.old, changed.new):
                return evidence
        return None

    @property
    def blame(self) -> Evidence | None:
        """Who last touched the line at fault."""
        return self.case.find("get_blame", line=self.line) if self.line else None

    @property
    def smallest(self) -> Evidence | None:
        """What has to be taken back of that change, where its tests were run for it."""
        if not self.change:
            return None
        return self.case.find("find_smallest_revert", service=self.change.service, to=self.change.new)

    @cached_property
    def suspect(self) -> dict[str, object]:
        """The first hunk that the stack trace or its names lead to: file, line, why, hunk, added, removed."""
        found = facts.rows(self.diff.facts, "suspects") if self.diff else []
        return dict(found[0]) if found else {}

    @cached_property
    def hunks(self) -> list[Hunk]:
        """The hunks of the file at fault."""
        found = hunks.read(self.diff) if self.diff else []
        return [h for h in found if h.file == self.file]

    @cached_property
    def frame(self) -> Frame | None:
        """The line of the stack trace to look at: the innermost one in a file that the change touched, if any."""
        frames = self.failure.frames if self.failure else ()
        touched = [f for f in frames if self._path_of(f.file)]
        return (touched or frames or (None,))[-1]

    @cached_property
    def file(self) -> str:
        """The file at fault, as the repository names it where that is known."""
        found = self.frame.file if self.frame else ""
        return self._path_of(found) or facts.word(self.suspect, "file") or found

    @property
    def line(self) -> int:
        """The line of that file at which it fails; 0 where it is not known."""
        if self.frame and _same_file(self.frame.file, self.file):
            return self.frame.line
        return int(facts.number(self.suspect, "line") or 0)

    @property
    def place(self) -> str:
        """``"services/billing/prices.py:40"``, or empty."""
        return f"{self.file}:{self.line}" if self.file and self.line else ""

    def telling_line(self, side: str) -> str:
        """The line of the suspect hunk, ``removed`` or ``added``, that names what the exception names; else empty."""
        rows = self.suspect.get(side)
        lines = [str(line).strip() for line in rows] if isinstance(rows, list) else []
        names = self.failure.symbols if self.failure else ()
        return next((line for name in names for line in lines if re.search(rf"\b{re.escape(name)}\b", line)), "")

    @property
    def since(self) -> str | None:
        """From when to look where the question names a window: with an hour before it, to compare with."""
        now, start = self.case.request.now, self.question.start
        return rfc3339(min(start - timedelta(hours=1), now - timedelta(hours=2))) if now and start else None

    def before_onset(self, lead: timedelta) -> str | None:
        """An instant that lies ``lead`` before the onset, for a window that shows both sides of it."""
        at = facts.time(self.onset)
        return rfc3339(at - lead) if at else self.since

    def source(self, path: str, version: str | None) -> Evidence | None:
        """A file that was read at a version; None is the main branch's head."""
        for evidence in reversed(self.case.evidence):
            asked = evidence.arguments
            same = asked.get("path") == path or evidence.facts.get("path") == path
            if same and evidence.tool == "get_source_file" and (asked.get("version") or None) == version:
                return evidence
        return None

    def metrics(self, service: str) -> Evidence | None:
        """A service's golden signals."""
        return self._of("get_metrics", service)

    def symptom(self, service: str) -> Symptom | None:
        """Its change for the worse."""
        found = self.metrics(service)
        return symptom.read(found, slow=self.question.slow) if found else None

    def sick(self, service: str) -> bool:
        """It changed for the worse, or fails much all the time, or its signals cannot be had."""
        found = self.metrics(service)
        if found is None:
            return bool(self.case.failures("get_metrics", service=service)) or "get_metrics" not in self.case.tools
        return self.symptom(service) is not None or symptom.constantly_high(found)

    def traces_of(self, service: str) -> Evidence | None:
        """A service's failing (or slow) requests."""
        return self._of("get_traces", service)

    def _of(self, tool: str, service: str) -> Evidence | None:
        """The newest result about a service: by its facts, or by what was asked for."""
        asked = (e for e in reversed(self.case.evidence) if e.tool == tool and e.arguments.get("service") == service)
        return self.case.find(tool, service=service) or next(asked, None)

    def _origin(self, service: str) -> str:
        """The next service on the way to where it starts; empty where it starts here, or that is not known."""
        traces, own = self.traces_of(service), self.symptom(service)
        slow = own is not None and own.slow
        origin = facts.word(traces.facts, "origin.service") if traces else ""
        if origin and not slow:
            share = facts.number(traces.facts, "origin.share") if traces else None
            return origin if origin != service and (share is None or share >= _SHARE) else ""
        if own is None:
            return ""
        below = [s for c in graph.callees(self.case, service)[:CALLEES] if (s := self.symptom(c))]
        fitting = [s for s in below if s.at <= own.at + 2 * max(own.step, timedelta(minutes=1)) and s.slow == own.slow]
        worst = max(fitting, key=lambda s: s.after - s.before, default=None)
        return worst.service if worst else ""

    def _path_of(self, file: str) -> str:
        """The file of the diff that a stack trace's file is."""
        listed = facts.at(self.diff.facts, "files") if self.diff else None
        paths = [str(p) for p in listed] if isinstance(listed, list) else []
        paths += [h.file for h in hunks.read(self.diff)] if self.diff else []
        alike = [p for p in dict.fromkeys(paths) if _same_file(file, p)]
        return max(alike, key=lambda p: _common(file, p), default="")


def _same_file(one: str, other: str) -> bool:
    """Two paths of one file, seen from different folders: the shorter's last parts are the other's."""
    return one == other or (bool(one and other) and one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1])


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if a != b:
            break
        count += 1
    return count
