"""The protocols of systems that watch, beside those of `base`: PromQL, the history of alerts, silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from aisre_nb.times import Window

if TYPE_CHECKING:
    from aisre_nb.sources.base import Answer


@dataclass(frozen=True)
class Silence:
    """A silence that is to be made."""

    matchers: Mapping[str, str]
    """Labels that an alert must have, with exactly these values."""
    minutes: int
    """From the instant on at which it is made."""
    comment: str
    author: str = "aisre-nb"


class AlertHistory(Protocol):
    """Which alerts fired when, also those that are over."""

    async def alert_history(self, window: Window) -> Answer:
        """time (when it began to fire), ended (null while it fires), alert, service, severity, state ("firing",
        "resolved"), summary, labels (dict); newest first.
        """
        ...


class PromqlSource(Protocol):
    """What answers PromQL as it is written."""

    async def check(self, query: str) -> str:
        """The query as the backend reads it, written out. Raises `ToolError` where it is no query."""
        ...

    async def query(self, query: str, window: Window, step_seconds: int) -> Answer:
        """A query over time: time, service, signal (name and labels), value, unit; bounded, with a note."""
        ...

    async def query_at(self, query: str, at: datetime) -> Answer:
        """A query at an instant: signal, value, and a column for each label; the largest first, bounded."""
        ...

    async def exemplars(self, query: str, window: Window) -> Answer:
        """time, service, signal, value, trace_id, labels (dict): single requests that the series were made of."""
        ...

    async def rules(self) -> Answer:
        """name, kind ("alerting", "recording"), query, state, for_seconds, severity, health, error, group, labels
        (dict), annotations (dict).
        """
        ...

    async def metric_names(self, service: str | None) -> Answer:
        """As `MetricSource.metric_names`: what there is to write into a query."""
        ...

    async def labels(self, metric: str, window: Window) -> Answer:
        """label, values (how many), examples (text): what the series of a metric are told apart by."""
        ...


class DashboardSource(Protocol):
    """What people look at."""

    async def dashboards(self, query: str, variables: Mapping[str, str], limit: int) -> Answer:
        """dashboard, panel, source (the data source's name), type (its type there), query (with the variables' values),
        written (as it stands there), link; the panels that fit the words of ``query`` best first.
        """
        ...


class SilenceSource(Protocol):
    """What keeps alerts from notifying."""

    name: str

    async def silences(self, at: datetime) -> Answer:
        """id, state ("active", "pending", "expired"), matchers (text), starts, ends (datetime), author, comment."""
        ...

    async def groups(self) -> Answer:
        """group (labels as text), receiver, alerts, firing, suppressed, oldest (datetime)."""
        ...

    async def preview_silence(self, silence: Silence) -> Sequence[tuple[str, str, str]]:
        """What, before, after: each alert that would be silenced; changes nothing, and says the same while nothing
        moves. Raises `ToolError` where it fits none."""
        ...

    async def silence(self, silence: Silence) -> str:
        """Make it; its id."""
        ...

    async def preview_expire(self, id: str) -> Sequence[tuple[str, str, str]]:
        """What ending a silence changes. Raises `ToolError` where it is not active."""
        ...

    async def expire(self, id: str) -> None:
        """End it."""
        ...
