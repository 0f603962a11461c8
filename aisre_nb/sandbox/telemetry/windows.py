"""Simulates one window of a world's time, and writes its telemetry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.sandbox.engine.effects import Arrives
from aisre_nb.sandbox.requests.requests import Requests, simulate
from aisre_nb.sandbox.requests.surroundings import Surroundings
from aisre_nb.sandbox.requests.traffic import arrivals, facts, merged
from aisre_nb.sandbox.telemetry import alerts, metrics
from aisre_nb.sandbox.telemetry.counts import Counts
from aisre_nb.sandbox.telemetry.log_formats import FORMATS
from aisre_nb.sandbox.telemetry.log_texts import ANSWERED, HABITS
from aisre_nb.sandbox.telemetry.logs import Logs
from aisre_nb.sandbox.telemetry.traces import Spans, sampled
from aisre_nb.sandbox.telemetry.usage import Business, Usage
from aisre_nb.sandbox.telemetry.watch import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.simulation import Simulation

_TRACES = 2200 / 9000
"""Requests without a failure whose spans are kept, about, a second."""
_RARE = 350 / 9000
"""The same of each page at least, however rarely it is asked for."""
_BROKEN = 4500
"""Failed requests of a page whose spans are kept at most in a window, about."""
_CHUNK = 24_000
"""Requests that are simulated at once: memory does not grow with the history."""
_LOGGED = 10.0
"""Pages a second up to which services log their usual share of answered requests; busier shops log less of them."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Troubles:
    """What is wrong with the telemetry itself, where it was asked for."""

    clock_skew: bool = False
    """One node's clock is 2 to 40 s ahead: spans and logs of its pods say later times than they should."""
    late_exporter: bool = False
    gaps: bool = False
    missing: str = ""
    """``metrics``, ``logs`` or ``traces``."""


@dataclass
class Telemetry:
    """What goes on from one window to the next."""

    world: Simulation
    troubles: Troubles = field(default_factory=Troubles)
    histograms: metrics.Histograms = field(default_factory=metrics.Histograms)
    business: Business = field(default_factory=Business)
    onset: float | None = None
    """When a request met the plan's own source, or an effect of the plan, first; seconds."""

    def __post_init__(self) -> None:
        self.watch = Watch(self.world.blueprint)
        stream = self.world.chance.stream("alerts")
        names = ("catalog", "recommendation", "inventory", "user", "currency", "frontend", "postgres")
        pods = self.world.engine.cluster.pods
        touched = {self.world.names.text(r.service) for r in self.world.plan.releases}
        named = [self.world.names.text(name) for name in names]
        candidates = [(name, pods[name][0].name) for name in named if name not in touched]
        now = float(self.world.seconds)
        self.noise = [alerts.noisy_alert(stream, now, candidates, n) for n in range(2 if self.world.hard else 1)]
        services = [s.name for s in self.world.blueprint.services if s.tagged]
        self.earlier = alerts.earlier_noise(stream, services)

    def window(self, until: int, parts: Callable[[str], Path], progress: Progress, kept: bool = True) -> None:
        """Simulate from where the world is until that second, and write a file for each table.

        ``parts`` names the file of a table. ``kept`` False: it is simulated for what comes after it only, and most of
        it is not written.
        """
        world = self.world
        since = world.now
        world.engine.run(until)
        fleets = world.fleets
        around = Surroundings(world.blueprint, fleets, world.engine.effects, world.engine.course, world.failures)
        counts = Counts(fleets, since, until)
        ahead = self._ahead()
        spans = Spans(fleets, world.failures)
        fewer = min(1.0, _LOGGED / world.plan.per_second)
        texts, formats = world.names.of(dict(ANSWERED)), world.names.of(dict(FORMATS))
        logs = Logs(fleets, world.failures, texts, formats, (float(since), float(until)), fewer)
        came = self._arrived(since, until)
        share = _TRACES * (until - since) / max(sum(len(at) for at, _ in came), 1)
        for number, (page, (at, known)) in enumerate(zip(world.blueprint.pages, came, strict=True)):
            progress(f"simulating {page.call.operation}", 0.08 + 0.6 * number / len(came))
            for first in range(0, max(len(at), 1), _CHUNK):
                some = slice(first, first + _CHUNK)
                rng = world.chance.stream(f"page {number} {since} {first}")
                requests = simulate(page, at[some], {k: v[some] for k, v in known.items()}, around, float(until), rng)
                counts.add(requests)
                if kept:
                    # Streams of their own: what is not written must not change what is simulated.
                    rare = min(1.0, _RARE * (until - since) / max(len(at), 1))
                    most = _BROKEN * _CHUNK // max(len(at), _CHUNK)
                    draw = world.chance.stream(f"sampled {number} {since} {first}")
                    spans.add(requests, sampled(requests, max(share, rare), most, draw))
                    logs.add_requests(requests, world.chance.stream(f"logged {number} {since} {first}"))
                self._note_onset(requests)
        progress("writing traces", 0.7)
        if kept and self.troubles.missing != "traces":
            spans.write(parts("otel_traces"), world.clock, ahead)
        progress("writing logs", 0.76)
        often = 3.0 if world.hard else 1.0
        logs.add_habits(world.names.of(HABITS), world.chance.stream(f"habits {since}"), often)
        logs.add_starts(world.chance)
        if kept and self.troubles.missing != "logs":
            logs.write(parts("otel_logs"), world.clock, ahead)
        progress("writing metrics", 0.8)
        self._metrics(counts, parts)
        world.now = until

    def _arrived(self, since: int, until: int) -> list[tuple[NDArray[np.float64], dict[str, NDArray[np.int64]]]]:
        """For each page when it is asked for, and what is known of each request."""
        import numpy as np

        world, found = self.world, []
        seconds = np.arange(since, until, dtype=np.float64)
        for number, page in enumerate(world.blueprint.pages):
            rng = world.chance.stream(f"arrivals {number} {since}")
            asked = world.traffic.rate(seconds) * page.weight
            rate = asked if page.weight else world.rate(number, seconds)
            at = arrivals(rng, since, rate)
            known = facts(rng, len(at), world.known)
            for n, more in enumerate(world.engine.effects):
                if not isinstance(more, Arrives) or more.operation not in ("*", page.call.operation):
                    continue
                held = world.engine.course.at("effect", str(n), seconds, 0.0)
                if held is None or not held.any():
                    continue
                extra = arrivals(rng, since, rate * held * max(more.times - 1, 0.0))
                at, known = merged(at, known, extra, facts(rng, len(extra), world.known, more.facts))
            found.append((at, known))
        return found

    def _note_onset(self, requests: Requests) -> None:
        own = {
            n
            for n in range(len(self.world.failures))
            if 0 <= self.world.failures[n].effect < len(self.world.plan.coded)
        }
        for step in requests.steps:
            for n in own:
                hit = step.ended[step.present & (step.failure == n)]
                if len(hit):
                    first = float(hit.min())
                    self.onset = first if self.onset is None else min(self.onset, first)

    def _metrics(self, counts: Counts, parts: Callable[[str], Path]) -> None:
        world = self.world
        counted = list(counts.series())
        mailer = world.names.text("email")
        self.watch.add(counted, counts, mailer)
        full = self.noise[0][1]
        lines = list(Usage(world.blueprint, world.fleets, world.engine, counts, world.chance, full).lines())
        named = {name: world.names.text(name) for name in ("checkout", "email", "smtp")}
        ordered = list(self.business.lines(counted, counts, world.fleets, named))
        if self.troubles.missing == "metrics":
            return
        gaps = metrics.Gaps(self._gaps())
        self.histograms.write(parts("otel_metrics_histogram"), counted, counts, world.clock, gaps)
        metrics.write_gauges(parts("otel_metrics_gauge"), gaps.lines(lines), world.clock)
        metrics.write_sums(parts("otel_metrics_sum"), gaps.lines(ordered), world.clock)

    def _ahead(self) -> dict[str, float]:
        """Nodes whose clocks are wrong, and by how many seconds."""
        if not self.troubles.clock_skew:
            return {}
        rng = self.world.chance.stream("clock skew")
        # A node with a pod of the edge is in the way of many requests; the first pods stay in the list for good.
        first = self.world.fleets[self.world.blueprint.edge].pods[:2]
        return {first[int(rng.integers(len(first)))].node: float(rng.uniform(2, 40))}

    def _gaps(self) -> list[tuple[float, float]]:
        """When no metric was delivered."""
        found = []
        if self.troubles.gaps:
            rng = self.world.chance.stream("gaps")
            for _ in range(3):
                at = float(rng.uniform(600, self.world.seconds - 1200))
                found.append((at, at + float(rng.uniform(120, 420))))
        if self.troubles.late_exporter:
            found.append((self.world.seconds - 180.0, float(self.world.seconds) + 1))
        return found

    def alerts(self) -> list[alerts.Alert]:
        """All alerts of the rules so far, and the noise."""
        mailer = self.world.names.text("email")
        own = list(self.watch.alerts(self.world.engine, mailer))
        earlier = self.world.names.of(self.earlier)
        return [*own, *(alert for alert, _ in self.noise), *earlier]
