"""What a service has in use: its own gauges, and what its containers take, as Kubernetes' own metrics say."""

from __future__ import annotations

from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.asked import Asked
from aisre_nb.sources.prometheus.frames import Points, at_ends, means
from aisre_nb.sources.prometheus.grid import Grid
from aisre_nb.sources.prometheus.selector import Matcher, one_of, selector
from aisre_nb.sources.request_metrics import unit_of

_MOST = 60
"""Gauges at most; more would be a wall, and `MetricSource.metric` gives each by its name."""
_NOISE = ("scrape_", "go_", "promhttp_")
_USED = {
    "container_cpu_usage_seconds_total": "cores",
    "process_cpu_seconds_total": "cores",
    "container_cpu_cfs_throttled_seconds_total": "s/s",
    "kube_pod_container_status_restarts_total": "1/s",
}
"""Counters that tell what is in use, and the unit of their rate."""
_HELD = ("container_memory_working_set_bytes",)

Part = tuple[str, str, Points, str]
"""Service, signal, points, unit."""


async def saturation(asked: Asked, own: Matcher, names: frozenset[str], service: str, grid: Grid) -> list[Part]:
    """Under their own metrics' names; means of gauges, rates of counters. ``names``: what the service has itself."""
    gauges = sorted(n for n in names if asked.catalog.type_of(n) == "gauge" and not n.startswith(_NOISE))
    if len(gauges) > _MOST:
        asked.asking.notes.append(f"{len(gauges)} gauges: the first {_MOST} by name are here, ask for others by name")
    wanted = [(own, gauges[:_MOST], sorted(names & set(_USED)))]
    box: Matcher = ("container", "=", service)
    if own != box and any(name in asked.catalog.names for name in (*_USED, *_HELD)):
        # Metrics of containers do not know the service, and containers are mostly called like it.
        there = await asked.names(("__name__", "=~", one_of([*_USED, *_HELD])), box) - names
        wanted.append((box, sorted(there & set(_HELD)), sorted(there & set(_USED))))
    parts: list[Part] = []
    for matcher, held, used in wanted:
        parts += [
            (service, name, points, unit_of(name, "")) for name, points in await _held(asked, held, matcher, grid)
        ]
        queries = [f"sum(rate({selector(name, (matcher,))}[{grid.span}s]))" for name in used]
        rates = await gathered(summed(asked, query, grid) for query in queries)
        parts += [(service, f"{n} rate", points, _USED[n]) for n, points in zip(used, rates, strict=True)]
    return parts


async def _held(asked: Asked, names: list[str], matcher: Matcher, grid: Grid) -> list[tuple[str, Points]]:
    """Gauges, each as the mean over its series and the bucket, in one question."""
    if not names:
        return []
    start, end, part = grid.fine(await asked.interval(names[0], (matcher,)))
    query = f"avg by (__name__) ({selector('', (('__name__', '=~', one_of(names)), matcher))})"
    found = await asked.asking.range(query, start, end, part)
    return [(course.labels.get("__name__", ""), means(course, grid)) for course in found]


async def summed(asked: Asked, query: str, grid: Grid) -> Points:
    """A query that gives one course, evaluated at the ends of the buckets; nothing where it gives none."""
    courses = await asked.asking.range(query, *grid.ends, grid.step)
    return at_ends(courses[0], grid) if courses else {}
