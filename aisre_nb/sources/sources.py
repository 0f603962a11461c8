"""The sources of an investigation, by what they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.sources.reported import Reported

if TYPE_CHECKING:
    from collections.abc import Callable

    from aisre_nb.sources.base import (
        AlertSource,
        ChangeSource,
        ClusterState,
        LogSource,
        MetricSource,
        Source,
        TraceSource,
    )
    from aisre_nb.sources.cluster import Cluster
    from aisre_nb.sources.code_source import CodeSource, SuiteRunner
    from aisre_nb.sources.incident_source import IncidentSource
    from aisre_nb.sources.monitoring import AlertHistory, DashboardSource, PromqlSource, SilenceSource
    from aisre_nb.sources.sql import SqlSource


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
