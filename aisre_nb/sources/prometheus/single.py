"""One metric by its own name, one course for each set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.api import Course
from aisre_nb.sources.prometheus.asked import Asked
from aisre_nb.sources.prometheus.catalog import OWN_LABELS
from aisre_nb.sources.prometheus.frames import at_ends, long, means, signal
from aisre_nb.sources.prometheus.grid import Grid
from aisre_nb.sources.prometheus.saturation import Part
from aisre_nb.sources.prometheus.selector import Matcher, listed, selector
from aisre_nb.sources.request_metrics import seconds_per_unit, unit_of

if TYPE_CHECKING:
    import pandas as pd

_COURSES = 50
"""Sets of labels at most; the fullest are kept."""
_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


async def one_metric(asked: Asked, name: str, service: str | None, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.metric`: means of gauges, rates of counters, rate and quantiles of histograms."""
    name = asked.catalog.resolved(name)
    matchers: tuple[Matcher, ...] = (asked.catalog.matcher(service),) if service else ()
    base = name.removesuffix("_bucket")
    kind = asked.catalog.type_of(base)
    counter = f"{base}_count" if kind in ("histogram", "summary") else name
    interval = await asked.interval(counter, matchers)
    grid = Grid.over(asked.window, step, interval)
    without = f"without ({listed(OWN_LABELS)})"
    if kind in ("gauge", "info"):
        start, end, part = grid.fine(interval)
        found = await asked.asking.range(f"avg {without} ({selector(name, matchers)})", start, end, part)
        parts = [_part(asked, name, one, grid, mean=True) for one in found]
    else:
        query = f"sum {without} (rate({selector(counter, matchers)}[{grid.span}s]))"
        found = await asked.asking.range(query, *grid.ends, grid.step)
        parts = [_part(asked, counter, one, grid, mean=False) for one in found]
    if kind == "histogram":
        parts += await _quantiles(asked, base, service, matchers, grid)
    if not any(points for _, _, points, _ in parts):
        whose = f" of service {service!r}" if service else ""
        raise SignalMissing(f"there is no metric {name!r}{whose} in that window", "see the names that there are")
    if len(parts) > _COURSES:
        asked.asking.notes.append(f"{len(parts)} series: the {_COURSES} with most points are here")
        parts = sorted(parts, key=lambda part: -len(part[2]))[:_COURSES]
    frame = long(parts)
    frame.attrs["step_seconds"] = grid.step
    return frame


def _part(asked: Asked, name: str, one: Course, grid: Grid, *, mean: bool) -> Part:
    label = asked.catalog.service
    service = asked.catalog.name_of(one.labels.get(label, ""))
    rest = {key: value for key, value in one.labels.items() if key not in (label, "__name__", "job")}
    unit = unit_of(name, "") if mean else f"{unit_of(name.removesuffix('_total'), '') or '1'}/s"
    if name.endswith("_count"):
        unit = "1/s"
    return service, signal(name, rest), means(one, grid) if mean else at_ends(one, grid), unit


async def _quantiles(
    asked: Asked, base: str, service: str | None, matchers: tuple[Matcher, ...], grid: Grid
) -> list[Part]:
    rates = f"sum by (le) (rate({selector(f'{base}_bucket', matchers)}[{grid.span}s]))"
    queries = [f"histogram_quantile({q}, {rates})" for q in _QUANTILES.values()]
    found = await gathered(asked.asking.range(query, *grid.ends, grid.step) for query in queries)
    scale = seconds_per_unit(base, unit_of(base, ""))
    parts: list[Part] = []
    for name, courses in zip(_QUANTILES, found, strict=True):
        points = at_ends(courses[0], grid) if courses else {}
        parts.append((service or "", f"{base} {name}", {at: value * scale for at, value in points.items()}, "s"))
    return parts
