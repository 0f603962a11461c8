"""The protocols that a backend may speak. All times aware UTC; all frames with the columns that are named here.

Each method raises `SourceUnreachable` when the backend fails, `SignalMissing` when it has no such signal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from aisre_nb.sources.reported import Reported
from aisre_nb.times import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from aisre_nb.evidence.change import ChangeView, FileChange
    from aisre_nb.sources.cluster import Cluster
    from aisre_nb.sources.monitoring import AlertHistory, DashboardSource, PromqlSource, SilenceSource
    from aisre_nb.sources.sql import SqlSource


@dataclass(frozen=True)
class Answer:
    """A frame, with the query that gave it."""

    frame: pd.DataFrame
    query: str
    """Exactly as sent; several are joined by a blank line."""
    source: str
    total: int | None = None
    """Rows that matched, where the frame holds fewer."""
    notes: tuple[str, ...] = ()
    """What the reader must know: a gap, a limit that was hit."""
    link: str | None = None


class AlertSource(Protocol):
    """Alerts that fire, or fired."""

    async def alerts(self, at: datetime) -> Answer:
        """time, alert, service, severity, state, summary, fingerprint, labels (dict).

        ``state`` is "firing", "resolved" or "suppressed".
        """
        ...


class MetricSource(Protocol):
    """Golden signals and single metrics."""

    async def services(self, window: Window) -> Answer:
        """service, requests, errors, error_rate, p95_ms, signals ("metrics, traces, logs")."""
        ...

    async def calls(self, window: Window) -> Answer:
        """The call graph: caller, callee, calls, errors, p95_ms; the numbers are null where no span tells them."""
        ...

    async def golden_signals(self, service: str, window: Window, step_seconds: int) -> Answer:
        """Long: time (start of the bucket), service, signal, value, unit.

        Signals: ``request_rate`` (1/s), ``error_rate`` (share of requests with a 5XX, 0 to 1), ``latency_p50``,
        ``latency_p95``, ``latency_p99`` (s), and whatever saturation there is under its own metric's name.
        """
        ...

    async def metric(self, name: str, service: str | None, window: Window, step_seconds: int) -> Answer:
        """One metric by its own name, in the columns of `golden_signals`; ``signal`` carries the name and labels."""
        ...

    async def all_series(self, window: Window, step_seconds: int) -> Answer:
        """Every series: time, service (a node's name where it is a node's), metric, labels (text), value, unit.

        Gauges as means of the step, counters and counts of histograms as rates.
        """
        ...

    async def metric_names(self, service: str | None) -> Answer:
        """metric, service, type, points."""
        ...


class TraceSource(Protocol):
    """Requests, as spans."""

    async def traces(
        self,
        service: str,
        window: Window,
        *,
        status: Literal["any", "error", "ok"] = "any",
        operation: str | None = None,
        limit: int = 50,
    ) -> Answer:
        """Requests that the service served (its server spans), newest first.

        trace_id, span_id, start, service, operation, duration_ms, status_code (http, nullable), error (bool), message,
        root_service, root_operation, spans.
        """
        ...

    async def operations(self, service: str, window: Window) -> Answer:
        """service, operation, requests, errors, error_rate, p50_ms, p95_ms."""
        ...

    async def flow(self, window: Window, onset: datetime) -> Answer:
        """service, within, operation, peer, late (bool), count, failed, own_failed, mean_ms, p95_ms, own_ms, answered,
        peer_ms: one row an operation (``peer`` empty) or call, before the onset and since; see `queries.flow`.
        """
        ...

    async def attribute_values(
        self,
        service: str,
        window: Window,
        onset: datetime,
        operations: Sequence[str],
        by: Literal["latency", "errors"],
    ) -> Answer:
        """key, value, bad, good, before, of_bad, of_good, of_before: how many requests have each value of each
        attribute, and how many have that attribute; see `queries.separation`.
        """
        ...

    async def between_places(self, window: Window, onset: datetime, what: Literal["zone", "node"]) -> Answer:
        """caller, callee (zones or nodes), late (bool), calls, own_ms, own_p95_ms of calls that were answered."""
        ...

    async def trace(self, trace_id: str) -> Answer:
        """All spans of one trace, by start.

        trace_id, span_id, parent_span_id, service, operation, kind, start, duration_ms, error (bool), message,
        attributes (dict).
        """
        ...

    async def span_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """All spans of a window, or of as many whole traces, chosen by their ids, as give about ``limit`` spans.

        Of no more than ``part`` of the traces, 0 to 1; the same part is the same traces.

        trace_id, span_id, parent_span_id, service, operation, start, duration_ms, failed (bool); by start.
        ``attrs["part"]``: of all traces, 0 to 1; the answer's total counts all spans.
        """
        ...


class LogSource(Protocol):
    """Log records."""

    async def logs(
        self,
        service: str,
        window: Window,
        *,
        severity: str | None = None,
        contains: str | None = None,
        operation: str | None = None,
        trace_id: str | None = None,
        limit: int = 5000,
    ) -> Answer:
        """time, service, severity, body, trace_id, span_id, attributes (dict); newest kept when the limit is hit.

        ``severity`` is the least one: "warn" brings warn, error and fatal. ``operation`` keeps records whose span (by
        trace and span id) or attributes name that operation.
        """
        ...

    async def log_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """All services' records, or those of as many traces as give about ``limit``, and of no more than ``part``.

        time, trace_id, span_id, service, severity (our names), body (its first thousand characters); by time. The same
        ``part`` (0 to 1) takes the same traces as `TraceSource.span_sample`.
        """
        ...


class QuerySource(Protocol):
    """A backend's own language, for who knows it."""

    name: str
    language: str
    """"logql", "traceql" or "opensearch"."""

    async def ask(self, query: str, window: Window, limit: int, step_seconds: int | None = None) -> Answer:
        """Rows or series, at most ``limit`` rows; series are time, service, signal (labels), value, unit.

        Raises `ToolError` for a query that is none, before it is sent where that can be seen.
        """
        ...


class ChangeSource(Protocol):
    """What was changed in the world."""

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """time, kind, service, title, from, to, commit, manifest (path in the repository), author."""
        ...


class ClusterState(Protocol):
    """What a cluster is now, as its API lists it."""

    async def objects(self) -> Answer:
        """kind, namespace, name, object (dict, as the API of Kubernetes returns it; secrets without their data)."""
        ...


class CodeSource(Protocol):
    """A repository."""

    name: str

    async def diff(self, service: str, from_version: str, to_version: str) -> Answer:
        """One row a hunk: file, old_start, old_lines, new_start, new_lines, section, text, commit.

        ``text`` begins with the hunk's ``@@`` line.
        """
        ...

    async def file(self, path: str, version: str | None = None, service: str | None = None) -> Answer:
        """One row a line: line (from 1), text. ``path`` may be a suffix, as stack traces give it (``/app/x/y.py``).

        ``version``: a branch, tag, commit, or a version of ``service`` as its deployment names it; None is the main
        branch's head. The frame's ``attrs["path"]`` is the path in the repository.
        """
        ...

    async def files(self, service: str, version: str | None = None) -> Answer:
        """The texts of a service's folder: path (in the repository), text; ``attrs``: folder, commit."""
        ...

    async def blame(
        self, path: str, first: int, last: int, version: str | None = None, service: str | None = None
    ) -> Answer:
        """Who last touched these lines, one row a line: line, text, commit, author, time, subject, path (then).

        ``attrs["path"]`` as `file` has it.
        """
        ...

    async def is_in(self, commit: str, version: str, service: str) -> bool:
        """Whether a version of a service has that commit in its history."""
        ...

    async def preview_pull_request(self, request: PullRequest) -> ChangeView:
        """What the request would change; touches nothing. Raises `ToolError` when an edit does not apply."""
        ...

    async def open_pull_request(self, request: PullRequest) -> Answer:
        """Branch, commit, push, open. file, diff; ``attrs``: number, branch, url, state, commit, base."""
        ...

    async def preview_close(self, number: int) -> ChangeView:
        """What closing an open pull request takes away; changes nothing. Raises `ToolError` where it is not open."""
        ...

    async def close_pull_request(self, number: int, head: str) -> Mapping[str, Any]:
        """Close it and delete its branch; its record. Raises `ChangeConflict` where the branch left ``head``."""
        ...


@runtime_checkable
class CodeSearch(Protocol):
    """A `CodeSource` in which texts are found."""

    name: str

    async def search(self, text: str, service: str | None = None) -> Answer:
        """Lines of the main branch that hold the text, in any case: path, line (from 1; 0: not told), text."""
        ...


@runtime_checkable
class RequestChecks(Protocol):
    """A `CodeSource` whose pull requests are checked by programs."""

    name: str

    async def checks(self, number: int) -> Answer:
        """name, state, url; ``attrs``: number, commit. ``state``: waiting, running, passed, failed or skipped.

        Raises `ToolError` where there is no such open request.
        """
        ...


@runtime_checkable
class ResourceUse(Protocol):
    """A `ClusterState` that measures what pods and nodes use."""

    name: str

    async def usage(self) -> Answer:
        """kind, namespace, name, container, service, node, cpu, cpu_request, cpu_limit (cores), memory,
        memory_request, memory_limit (bytes), restarts; of a node the limit is what it can give."""
        ...


Tested = Literal["passed", "failed", "error", "skipped"]
"""What a test did."""


@dataclass(frozen=True)
class SuiteRun:
    """What a service's tests did on a tree."""

    results: Mapping[str, Tested]
    """By the test's id, ``tests.unit.test_totals.QuoteTest.test_a_coupon``."""
    broken: str = ""
    """Why there are no results; empty: they ran."""


class SuiteRunner(Protocol):
    """Runs a service's tests on trees that are only proposed, in a place of their own."""

    def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
        """``texts`` by path from the service's folder; ``only``: ids of tests, empty for all. Takes its time."""
        ...


class IncidentSource(Protocol):
    """Incidents that people write, and who is on call."""

    name: str

    async def incidents(self) -> Answer:
        """id, title, severity, status, opened_at (datetime), service, commander, summary; newest first.

        ``severity`` is "sev1" to "sev4", ``status`` "open", "mitigated" or "resolved".
        """
        ...

    async def incident(self, id: str) -> Answer:
        """The timeline, oldest first: at (datetime), author, text; ``attrs["incident"]`` is all of it, as JSON."""
        ...

    async def on_call(self) -> Answer:
        """team, services (list of texts), primary, secondary, until (datetime)."""
        ...

    async def preview_update(self, update: IncidentUpdate) -> FileChange:
        """The text before and after; writes nothing. Raises `ToolError` where it says all of that already."""
        ...

    async def update(self, update: IncidentUpdate) -> Answer:
        """Write it; then as `incident`. Raises `ChangeConflict` where its text moved since ``update.before``."""
        ...

    async def preview_restore(self, id: str, before: str, sha256: str) -> FileChange:
        """What putting back an earlier text changes. Raises `ChangeConflict` where somebody wrote meanwhile:
        where the hash of its text is another one."""
        ...

    async def restore(self, id: str, before: str, sha256: str) -> Answer:
        """Put it back; then as `incident`. Raises as `preview_restore` does."""
        ...


@dataclass(frozen=True)
class IncidentUpdate:
    """What is to be written into an incident; a field that is not named stays as it is."""

    id: str
    at: datetime
    fields: Mapping[str, str]
    """By the names of `IncidentSource.incidents`: severity, status, title, summary, commander."""
    note: str = ""
    """A new entry of the timeline, unless one with this text is there."""
    author: str = "aisre-nb"
    before: str | None = None
    """The text that was shown before; None where nobody was shown any."""


@dataclass(frozen=True)
class Edit:
    """One replacement in one file: ``old`` must occur exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class PullRequest:
    """A change to propose to a repository."""

    kind: Literal["rollback", "fix", "runbook"]
    title: str
    body: str
    branch: str
    edits: tuple[Edit, ...]
    base: str = ""
    """Empty: the repository's main branch."""
    files: tuple[FileChange, ...] = ()
    """What was approved; opening compares them with the repository as it is and raises `ChangeConflict` if it moved."""


@dataclass(frozen=True)
class Health:
    """What a source says of itself."""

    ok: bool
    detail: str
    """``"2 h of metrics, logs, traces; 11 services"``, or what is wrong and how to mend it."""
    signals: tuple[str, ...] = ()
    may: str = "it is only read"
    """What may be done there: ``"it is read; silences are made where they are approved"``."""


class Source(Protocol):
    """What every source has, beside the protocols that it speaks."""

    name: str

    async def health(self) -> Health:
        """Try it."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


@dataclass(frozen=True)
class Sources:
    """The configured sources, by what they are asked for. None: nobody answers that, and it is a gap."""

    alerts: AlertSource | None = None
    metrics: MetricSource | None = None
    traces: TraceSource | None = None
    logs: LogSource | None = None
    changes: Sequence[ChangeSource] = ()
    code: CodeSource | None = None
    cluster: Cluster | None = None
    """Where actions run; None: nothing can be acted on."""
    incidents: IncidentSource | None = None
    tests: SuiteRunner | None = None
    """Who runs a service's tests on a tree without asking; None: nobody."""
    sql: SqlSource | None = None
    """Whose tables can be asked in SQL; None: nobody's."""
    kubernetes: ClusterState | None = None
    """Who lists pods, deployments, events; None: nobody does."""
    promql: PromqlSource | None = None
    history: AlertHistory | None = None
    silences: SilenceSource | None = None
    dashboards: DashboardSource | None = None
    all: Sequence[Source] = ()
    now: datetime | None = None
    """The instant that a kept world ended when it was opened; None asks the clock."""
    clock: Callable[[], datetime | None] | None = None
    """The instant that it ends by now, where time can pass in it."""
    question: str = ""
    """The question that came with a telemetry folder."""
    reported: Reported = field(default_factory=Reported)
    """What came with it of the trouble: when it hurt, when all was well, what was seen."""
    notes: tuple[str, ...] = field(default=())
    """What could not be opened, and who is not asked for something that it has; one line each."""
    broken: tuple[str, ...] = ()
    """Of those, what could not be opened."""

    def moment(self) -> datetime | None:
        """The instant that "now" means; None asks the clock."""
        return self.now if self.clock is None else self.clock()
