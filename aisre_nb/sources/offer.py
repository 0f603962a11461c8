"""What a source answers, and who is asked where several answer the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aisre_nb.sources.alerts_over_time import AlertsOverTime
from aisre_nb.sources.base import AlertSource, ChangeSource, ClusterState, LogSource, MetricSource, Source, TraceSource
from aisre_nb.sources.cluster import Cluster
from aisre_nb.sources.code_source import CodeSource
from aisre_nb.sources.monitoring import AlertHistory, DashboardSource, PromqlSource, SilenceSource
from aisre_nb.sources.reported import Reported
from aisre_nb.sources.sources import Sources
from aisre_nb.sources.sql import SqlSource


@dataclass(frozen=True)
class Offer:
    """One source, and what of it can be asked. None: it has nothing of that."""

    source: Source
    alerts: AlertSource | None = None
    metrics: MetricSource | None = None
    traces: TraceSource | None = None
    logs: LogSource | None = None
    changes: ChangeSource | None = None
    code: CodeSource | None = None
    kubernetes: ClusterState | None = None
    promql: PromqlSource | None = None
    history: AlertHistory | None = None
    silences: SilenceSource | None = None
    sql: SqlSource | None = None
    dashboards: DashboardSource | None = None
    cluster: Cluster | None = None
    after: frozenset[str] = frozenset()
    """Of what others go before it wherever they are configured: ``{"logs"}``."""
    now: datetime | None = None
    """The instant that a kept world ends."""
    clock: Callable[[], datetime | None] | None = None
    question: str = ""
    reported: Reported = field(default_factory=Reported)
    notes: tuple[str, ...] = ()
    behind: tuple[Offer, ...] = ()
    """What is asked through it; who is configured for the same goes before."""


_ONE = (
    "alerts", "metrics", "traces", "logs", "code", "kubernetes", "cluster", "sql", "promql", "history", "silences",
    "dashboards",
)  # fmt: skip
"""Of these one source is asked, the first that is configured."""


def together(offers: Sequence[Offer], notes: Sequence[str] = ()) -> Sources:
    """The sources of an investigation; who is not asked for something that it has is a note."""
    offers = [*offers, *(one for offer in offers for one in offer.behind)]
    told = [*notes, *(f"{offer.source.name}: {note}" for offer in offers for note in offer.notes)]
    asked: dict[str, Any] = {}
    passed: dict[str, list[str]] = {}
    for slot in _ONE:
        there = [offer for offer in offers if getattr(offer, slot) is not None]
        there.sort(key=lambda offer: slot in offer.after)
        asked[slot] = getattr(there[0], slot) if there else None
        for offer in there[1:]:
            passed.setdefault(f"{offer.source.name}\0{there[0].source.name}", []).append(slot)
    # Records that name no operation themselves are matched with it by the spans of another source.
    if hasattr(asked["logs"], "join") and hasattr(asked["traces"], "spans"):
        asked["logs"].join(asked["traces"])
    for pair, slots in passed.items():
        name, before = pair.split("\0")
        first = next(offer.source.name for offer in offers if offer.source.name in (name, before))
        why = f"{before} is configured before it" if first == before else f"{before} goes before it"
        told.append(f"{name} is not asked for {', '.join(slots)}: {why}")
    if asked["history"] is not None and not any(offer.clock for offer in offers if offer.alerts is asked["alerts"]):
        # A kept world has its own history; who tells only what fires now has it from who remembers.
        asked["alerts"] = AlertsOverTime(asked["alerts"], asked["history"])
    kept = next((offer for offer in offers if offer.clock is not None), None)
    return Sources(
        **asked,
        changes=_changes(offers),
        all=tuple(offer.source for offer in offers),
        now=kept.now if kept else None,
        clock=kept.clock if kept else None,
        question=kept.question if kept else "",
        reported=kept.reported if kept else Reported(),
        notes=tuple(told),
        broken=tuple(notes),
    )


def _changes(offers: Sequence[Offer]) -> tuple[ChangeSource, ...]:
    """One of each type: what a cluster did and what a repository says complete each other, two repositories do not."""
    found: dict[type, ChangeSource] = {}
    for offer in offers:
        if offer.changes is not None:
            found.setdefault(type(offer.source), offer.changes)
    return tuple(found.values())
