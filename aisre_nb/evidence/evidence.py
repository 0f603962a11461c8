"""Evidence: what one call returned. Immutable; a frame that is handed out is a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

EvidenceKind = Literal[
    "alerts",  # one row an alert: time, alert, service, severity, state, summary, fingerprint
    "services",  # one row a service: service, requests, errors, error_rate, p95_ms, calls
    "metrics",  # long: time, service, signal, value, unit
    "traces",  # one row a trace: trace_id, start, service, operation, duration_ms, status, error, spans
    "trace",  # spans: span_id, parent_span_id, service, operation, kind, start, duration_ms, status, message, trace, …
    "logs",  # patterns: pattern, severity, service, count, before, after, first_seen, last_seen, new, example, …
    "deployments",  # changes: time, kind, service, title, from, to, commit, manifest
    "diff",  # one row a hunk: file, old_start, new_start, text, suspect, why
    "file",  # one row a line: line, text, marked
    "pull_request",  # one row a file: file, diff, + facts number, branch, url, state
    "table",  # anything else: a user's tool, a person's own frame
    "text",  # no frame worth drawing; ``text`` is all
]


@dataclass(frozen=True)
class Evidence:
    """One result, by its number."""

    id: str
    """``"E7"``: the seventh result of this investigation."""
    kind: EvidenceKind
    """Decides how it is drawn; the frame's columns per kind stand at `EvidenceKind`."""
    title: str
    """What it is, in one line: ``"cart: request rate, 5XX rate, latency"``."""
    summary: str
    """What it says, in one line: ``"5XX rate jumped from 0.1 % to 12 % at 10:32"``."""
    tool: str
    """The tool that was called."""
    arguments: Mapping[str, Any]
    """Its arguments, as they ran."""
    source: str = ""
    """The name of the source that answered."""
    query: str = ""
    """The query exactly as sent."""
    window: Window | None = None
    """The span of time that was asked for."""
    fetched_at: datetime | None = None
    """When, in wall-clock time, UTC."""
    frame: pd.DataFrame | None = None
    """The whole result, redacted. Use `df` for a copy that may be changed."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """JSON: what code computed from the frame; each kind's keys stand in the tool that makes it."""
    text: str = ""
    """What the model reads: bounded, with head, tail, counts and how to narrow."""
    link: str | None = None
    """The backend's own page for this query."""
    digest: str = ""
    """SHA-256 over query, frame and facts."""

    @property
    def df(self) -> pd.DataFrame:
        """A copy of the frame; empty where there is none."""
        import pandas as pd

        return pd.DataFrame() if self.frame is None else self.frame.copy()

    def plot(self) -> Any:
        """Something that Jupyter draws (a display object with ``_repr_mimebundle_``)."""
        # The one look back along the way of a question: a person who holds evidence wants to see it.
        from aisre_nb.render.show import Shown

        return Shown.evidence(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.plot()._repr_mimebundle_(include, exclude)
