"""What the alert rules look at, kept for the whole history of a world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.clock import STEP
from aisre_nb.sandbox.engine.course import DT
from aisre_nb.sandbox.engine.engine import Engine
from aisre_nb.sandbox.telemetry.alerts import LEAST, RULES, Alert, Values, evaluate
from aisre_nb.sandbox.telemetry.counts import ASKED, BOUNDS, SERVED, Counts, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WINDOW = 300 // STEP
"""Steps of ``rate(...[5m])``."""


class Watch:
    """Requests by service, window after window."""

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._steps = 0
        self._parts: dict[tuple[str, str], list[NDArray[np.float64]]] = defaultdict(list)

    def add(self, counted: Sequence[Series], counts: Counts, mailer: str) -> None:
        """What one window brought. ``mailer``: whose calls to others are mails that go out."""
        import numpy as np

        width = len(BOUNDS) + 1
        empty = {"every": np.zeros(counts.steps), "bad": np.zeros(counts.steps), "missing": np.zeros(counts.steps)}
        for service in self._blueprint.services:
            mine = [s for s in counted if s.service == service.name and s.metric == SERVED]
            found = {name: column.copy() for name, column in empty.items()}
            buckets = np.zeros((counts.steps, width))
            for series in mine:
                number = series.buckets.sum(axis=1)
                found["every"] += number
                found["bad"] += number if series.status >= 500 else 0
                found["missing"] += number if series.status == 404 else 0
                buckets += series.buckets
            for name, column in found.items():
                self._parts[name, service.name].append(column)
            self._parts["buckets", service.name].append(buckets)
        sent = [s.buckets.sum(axis=1) for s in counted if s.metric == ASKED and s.service == mailer and s.status]
        self._parts["mails", mailer].append(sum(sent, np.zeros(counts.steps)))
        self._steps += counts.steps

    def alerts(self, engine: Engine, mailer: str) -> Iterator[Alert]:
        """All that the rules have found so far."""
        edge = self._blueprint.edge
        names = [s.name for s in self._blueprint.services if self._column("every", s.name).any()]
        inner = [name for name in names if name != edge]
        yield from evaluate(RULES["HighErrorRate"], {name: self._ratio("bad", name) for name in inner})
        yield from evaluate(RULES["PageErrors"], {edge: self._ratio("bad", edge)})
        yield from evaluate(RULES["PagesNotFound"], {edge: self._ratio("missing", edge)})
        yield from evaluate(RULES["HighLatency"], {name: self._late(name) for name in inner})
        yield from evaluate(RULES["PagesSlow"], {edge: self._late(edge)})
        yield from self._engine_alerts(engine)
        yield from evaluate(RULES["MailsMissing"], self._mails(mailer))

    def _engine_alerts(self, engine: Engine) -> Iterator[Alert]:
        queue, database = self._blueprint.queue, self._blueprint.database
        yield from evaluate(RULES["QueueBacklog"], {queue: self._of(engine, "queue_age", queue, 0.0)})
        pools = {
            name: self._of(engine, "pool_used", name, 0.0) / self._floor(self._of(engine, "pool_size", name, 1.0))
            for name in self._blueprint.pools
        }
        yield from evaluate(RULES["DatabaseConnections"], pools)
        yield from evaluate(RULES["DiskFull"], {database: self._of(engine, "disk", database, 0.83)})
        caches = {name: 1 - self._of(engine, "hit", name, usual) for name, usual, _ in engine.caches()}
        yield from evaluate(RULES["CacheHitRate"], caches)
        yield from evaluate(RULES["PodsRestarting"], self._restarts(engine))
        stuck = self._events(engine, "ProgressDeadlineExceeded")
        yield from evaluate(RULES["RolloutStuck"], stuck)
        yield from evaluate(RULES["NodeNotReady"], self._events(engine, "NodeNotReady"))

    def _restarts(self, engine: Engine) -> Values:
        import numpy as np

        at = np.arange(1, self._steps + 1) * STEP
        found = {}
        for service, pods in engine.cluster.pods.items():
            times = np.array([since for pod in pods for since, _, why in pod.downs if why != "NodeLost"])
            if len(times):
                found[service] = np.array([float(((times <= t) & (times > t - 600)).sum()) for t in at])
        return found

    def _events(self, engine: Engine, reason: str) -> Values:
        """1 from such an event of a service on, until a rollout or a return ends it."""
        import numpy as np

        at = np.arange(1, self._steps + 1) * STEP
        found = {}
        for event in engine.cluster.events:
            if event.reason == reason:
                after = [r.at for r in engine.cluster.revisions.get(event.service, []) if r.at > event.at - 590]
                healed = min(after, default=1e12)
                if event.kind == "Node" and not engine.cluster.nodes[event.name].lost:
                    healed = min(healed, event.at + 600)
                found[event.service] = ((at >= event.at) & (at < healed)).astype(float)
        return found

    def _mails(self, mailer: str) -> Values:
        """Share of the mails asked for that did not go out."""
        import numpy as np

        asked, sent = self._summed("every", mailer), self._windowed(self._column("mails", mailer))
        return {mailer: np.where(asked >= 4, 1 - np.minimum(sent / np.maximum(asked, 1), 1), 0.0)}

    def _column(self, name: str, service: str) -> NDArray[np.float64]:
        import numpy as np

        parts = self._parts.get((name, service))
        return np.concatenate(parts) if parts else np.zeros(self._steps)

    def _summed(self, name: str, service: str) -> NDArray[np.float64]:
        return self._windowed(self._column(name, service))

    def _windowed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the last five minutes, at the end of each step."""
        import numpy as np

        total = np.concatenate([np.zeros(_WINDOW), np.cumsum(values)])
        found: NDArray[np.float64] = total[_WINDOW:] - total[:-_WINDOW]
        return found

    def _ratio(self, name: str, service: str) -> NDArray[np.float64]:
        import numpy as np

        asked, bad = self._summed("every", service), self._summed(name, service)
        ratio: NDArray[np.float64] = np.where(asked >= LEAST, bad / np.maximum(asked, 1), 0.0)
        return ratio

    def _late(self, service: str) -> NDArray[np.float64]:
        """The 95th percentile as ``histogram_quantile`` has it, seconds."""
        import numpy as np

        buckets = np.apply_along_axis(self._windowed, 0, self._column("buckets", service))
        total = buckets.sum(axis=1)
        bounds = np.array([0.0, *BOUNDS, BOUNDS[-1]])
        summed = np.cumsum(buckets, axis=1)
        wanted = 0.95 * total
        place = np.argmax(summed >= wanted[:, None], axis=1)
        rows = np.arange(len(total))
        under = np.where(place > 0, summed[rows, np.maximum(place - 1, 0)], 0.0)
        inside = np.maximum(buckets[rows, place], 1e-9)
        low, high = bounds[place], bounds[np.minimum(place + 1, len(bounds) - 1)]
        found: NDArray[np.float64] = np.where(total >= LEAST, low + (high - low) * (wanted - under) / inside, 0.0)
        return found

    def _of(self, engine: Engine, noun: str, name: str, usual: float) -> NDArray[np.float64]:
        """The engine's value at the end of each step."""
        import numpy as np

        at = np.arange(1, self._steps + 1) * STEP - DT
        values = engine.course.at(noun, name, at.astype(np.float64), usual)
        return np.full(self._steps, usual) if values is None else values

    def _floor(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        return np.maximum(values, 1e-6)
