"""Every series of a window at once, one course for each metric and set of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.api import Course
from aisre_nb.sources.prometheus.asked import Asked
from aisre_nb.sources.prometheus.catalog import OWN_LABELS
from aisre_nb.sources.prometheus.frames import Points, at_ends, means
from aisre_nb.sources.prometheus.grid import Grid
from aisre_nb.sources.prometheus.selector import Matcher, listed, selector
from aisre_nb.sources.prometheus.served import served
from aisre_nb.sources.request_metrics import unit_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "service", "metric", "labels", "value", "unit"]
_METRICS = 300
_SERIES = 20_000
"""As many are asked for at most; the metrics with fewest series go first, for they are asked in one question each."""
_NOISE = r"(go|promhttp|prometheus|alertmanager|net_conntrack|scrape|process_(virtual|start|max)|apiserver|etcd)_.*"
"""What instrumentation says of itself."""
_PLACES = ("node", "instance", "host", "hostname")
"""Who a series belongs to where it is no service's, the first that is there."""

Line = tuple[str, str, str, str, Points]
"""Service, metric, labels, unit, points."""


async def all_series(asked: Asked, step: int) -> pd.DataFrame:
    """The frame of `MetricSource.all_series`; metrics of too many series are left out, with a note."""
    names = await _chosen(asked)
    if not names:
        raise SignalMissing("no metric has a series in this window", "look at another window")
    requests = next((one for one in served(asked.catalog.names) if one.count in names), None)
    grid = Grid.over(asked.window, step, await asked.interval(requests.count if requests else names[0]))
    found = await gathered(_lines(asked, name, grid) for name in names)
    return _frame([line for lines in found for line in lines])


async def _chosen(asked: Asked) -> list[str]:
    """Gauges and what is counted, by name; the smallest first where not all of them are to be had."""
    everything: tuple[Matcher, ...] = (("__name__", "!~", f".*_bucket|.*_sum|.*_created|.*_info|ALERTS.*|{_NOISE}"),)
    own: Matcher = (asked.catalog.service, "!=", "")
    try:
        counted = await _sizes(asked, everything)
    except ToolError:
        # Too much to look at for this server: what belongs to services is what matters.
        counted = await _sizes(asked, (*everything, own))
    wanted = {
        name: size for name, size in counted.items() if asked.catalog.type_of(name) in ("gauge", "counter", "part")
    }
    first = {one.count for one in served(asked.catalog.names)}
    chosen: list[str] = []
    total = 0
    for name, size in sorted(wanted.items(), key=lambda pair: (pair[0] not in first, pair[1], pair[0])):
        if len(chosen) < _METRICS and total + size <= _SERIES:
            chosen.append(name)
            total += size
    if len(chosen) < len(wanted):
        left = sorted((name for name in wanted if name not in chosen), key=lambda name: -wanted[name])
        told = (
            f"{len(left)} of {len(wanted)} metrics have too many series and were not looked at: {', '.join(left[:5])}"
        )
        asked.asking.notes.append(told)
    return chosen


async def _sizes(asked: Asked, matchers: tuple[Matcher, ...]) -> dict[str, int]:
    query = f"count by (__name__) ({selector('', (('__name__', '!=', ''), *matchers))})"
    found = await asked.asking.aside(query, asked.window.end)
    return {course.labels.get("__name__", ""): int(course.values[0]) for course in found if course.values[0] < 1e12}


async def _lines(asked: Asked, name: str, grid: Grid) -> list[Line]:
    label = asked.catalog.service
    is_gauge = asked.catalog.type_of(name) == "gauge"
    halves = []
    for matcher, without in (
        ((label, "!=", ""), OWN_LABELS),
        ((label, "=", ""), tuple(own for own in OWN_LABELS if own not in _PLACES)),
    ):
        one = selector(name, (matcher,))  # type: ignore[arg-type]
        value = one if is_gauge else f"rate({one}[{grid.span}s])"
        halves.append(f"{'avg' if is_gauge else 'sum'} without ({listed(without)}) ({value})")
    query = " or ".join(halves)
    if is_gauge:
        start, end, part = grid.fine(grid.span / 4)
        found = await asked.asking.range(query, start, end, part)
        return [_line(asked, name, course, means(course, grid), unit_of(name, "")) for course in found]
    found = await asked.asking.range(query, *grid.ends, grid.step)
    unit = "1/s" if name.endswith("_count") else f"{unit_of(name.removesuffix('_total'), '') or '1'}/s"
    return _from_nothing([_line(asked, name, course, at_ends(course, grid), unit) for course in found])


def _line(asked: Asked, name: str, course: Course, points: Points, unit: str) -> Line:
    label = asked.catalog.service
    owner = asked.catalog.name_of(course.labels.get(label, ""))
    if not owner:
        owner = next((course.labels[place] for place in _PLACES if course.labels.get(place)), "")
    rest = {k: v for k, v in course.labels.items() if k not in (label, "__name__", *OWN_LABELS)}
    return owner, name, ", ".join(f"{k}={v}" for k, v in sorted(rest.items())), unit, points


def _from_nothing(lines: list[Line]) -> list[Line]:
    """A counter that appears while others of its service were counted already counted nothing before."""
    times: dict[str, set[int]] = {}
    for service, _, _, _, points in lines:
        times.setdefault(service, set()).update(points)
    found = []
    for service, name, labels, unit, points in lines:
        begun = min(points, default=0)
        before = {at: 0.0 for at in times[service] if at < begun}
        found.append((service, name, labels, unit, {**before, **points}))
    return found


def _frame(lines: list[Line]) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for service, name, labels, unit, points in sorted(lines, key=lambda line: line[:3]):
        at = sorted(points)
        columns["time"] += at
        columns["value"] += [points[start] for start in at]
        for column, text in (("service", service), ("metric", name), ("labels", labels), ("unit", unit)):
            columns[column] += [text] * len(at)
    frame = pd.DataFrame(columns, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True).dt.as_unit("ns")
    return frame.astype({"value": "float64", "service": "str", "metric": "str", "labels": "str", "unit": "str"})
