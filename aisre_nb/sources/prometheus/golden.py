"""Request rate, error rate, latency and saturation of one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.asked import Asked, either
from aisre_nb.sources.prometheus.frames import long
from aisre_nb.sources.prometheus.grid import Grid
from aisre_nb.sources.prometheus.saturation import Part, saturation, summed
from aisre_nb.sources.prometheus.selector import Matcher, selector
from aisre_nb.sources.prometheus.served import Served, served

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99}


async def golden_signals(asked: Asked, service: str, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.golden_signals`. Raises `SignalMissing` where nothing is known of the service."""
    own = asked.catalog.matcher(service)
    names = await asked.names(own)
    one = next(iter(served(names)), None) or await _elsewhere(asked, service)
    interval = await asked.interval(one.count, asked.of(one, service)) if one else 60.0
    grid = Grid.over(asked.window, step, interval)
    if grid.step > step:
        told = one.count if one else "what there is"
        asked.asking.notes.append(
            f"{told} has a sample every {interval:.0f} s: the step is {grid.step} s, not {step} s"
        )
    work = [saturation(asked, own, names, service, grid)]
    if one is not None:
        failed = await asked.failing(one, asked.of(one, service))
        work = [_requests(asked, one, failed, service, grid), _latency(asked, one, service, grid), *work]
    parts = [part for some in await gathered(work) for part in some]
    frame = long(parts)
    if frame.empty:
        raise asked.nothing(service)
    frame.attrs["step_seconds"] = grid.step
    return frame.sort_values(["signal", "time"], ignore_index=True)


async def _elsewhere(asked: Asked, service: str) -> Served | None:
    """Metrics of requests that name their services by a label of their own."""
    for one in served(asked.catalog.names):
        if one.service and await asked.names(("__name__", "=", one.count), *asked.of(one, service)):
            return one
    return None


async def _requests(
    asked: Asked, one: Served, failed: tuple[tuple[Matcher, ...], ...], service: str, grid: Grid
) -> list[Part]:
    matchers = asked.of(one, service)
    total = await summed(asked, f"sum(rate({selector(one.count, matchers)}[{grid.span}s]))", grid)
    parts: list[Part] = [(service, "request_rate", total, "1/s")]
    if failed:
        bad = await summed(asked, f"sum({either('rate', one.count, matchers, failed, grid.span)})", grid)
        # No series that counts failures, or none yet, means that none were counted.
        share = {at: min(1.0, bad.get(at, 0.0) / value) for at, value in total.items() if value > 0}
        parts.append((service, "error_rate", share, "1"))
    return parts


async def _latency(asked: Asked, one: Served, service: str, grid: Grid) -> list[Part]:
    if one.buckets is None:
        asked.asking.notes.append(f"{one.count} has no histogram beside it: latency is not known")
        return []
    rates = f"sum by (le) (rate({selector(one.buckets, asked.of(one, service))}[{grid.span}s]))"
    found = await gathered(summed(asked, f"histogram_quantile({q}, {rates})", grid) for q in QUANTILES.values())
    return [
        (service, name, {at: value * one.seconds for at, value in points.items()}, "s")
        for name, points in zip(QUANTILES, found, strict=True)
    ]
