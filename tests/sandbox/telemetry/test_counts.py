"""Requests, counted; and their histograms, written window after window."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from aisre_nb.sandbox.clock import Clock
from aisre_nb.sandbox.engine.pods import FOREVER, Fleet, Pod
from aisre_nb.sandbox.telemetry.counts import BOUNDS, SERVED, Counts, Series
from aisre_nb.sandbox.telemetry.metrics import Gaps, Histograms

CLOCK = Clock(datetime(2026, 3, 4, 12, 0, tzinfo=UTC))


def _pod(begun: float = -1e5, ended: float = FOREVER) -> Pod:
    return Pod("cart-1", "cart", "1", "node-1", begun, ended)


def _requests(ended: Any, took: Any, status: Any, pod: Any) -> Any:
    """One step of so many requests."""
    ended, took = np.array(ended, dtype=float), np.array(took, dtype=float)
    call = SimpleNamespace(service="cart", operation="GET /cart", kind="http")
    step = SimpleNamespace(
        call=call, parent=-1, present=np.ones(len(ended), dtype=bool), served=np.ones(len(ended), dtype=bool),
        begun=ended - took, ended=ended, status=np.array(status), pod=np.array(pod),
    )  # fmt: skip
    return SimpleNamespace(steps=(step,))


def _counts(since: int, until: int, *pods: Pod) -> Counts:
    return Counts({"cart": Fleet("cart", pods)}, since, until)


def _points(file: Path) -> list[tuple[float, int, list[int]]]:
    """Seconds, count and buckets of each point, by time."""
    rows = pq.read_table(file).sort_by("TimeUnix").to_pylist()
    return [((row["TimeUnix"] - CLOCK.start).total_seconds(), row["Count"], row["BucketCounts"]) for row in rows]


def test_every_request_is_in_one_series_bucket_and_step():
    counts = _counts(0, 90, _pod(), _pod())
    counts.add(_requests([5, 35, 36, 89.9], [0.004, 0.3, 0.3, 99], [200, 200, 500, 200], [0, 0, 0, 1]))
    found = {(series.status, id(series.pod)): series for series in counts.series()}
    assert len(found) == 3 and sum(int(s.buckets.sum()) for s in found.values()) == 4
    first = next(s for s in found.values() if s.buckets.sum() == 2)
    assert (
        first.buckets[0].tolist()[0] == 1
        and first.buckets[1].tolist()[7] == 1
        and first.seconds[1] == pytest.approx(0.3)
    )
    last = next(s for s in found.values() if s.buckets[2].sum())
    assert last.buckets[2][len(BOUNDS)] == 1, "what is longer than the last bound has a bucket too"
    assert counts.load("cart").tolist() == [[1, 2, 0], [0, 0, 1]]


def test_parts_add_up():
    one, two = _counts(0, 60, _pod()), _counts(0, 60, _pod())
    told = ([1, 2, 40, 41], [0.1, 0.2, 0.3, 0.4], [200] * 4, [0] * 4)
    one.add(_requests(*told))
    for part in (slice(0, 2), slice(2, 4)):
        two.add(_requests(*(column[part] for column in told)))
    [mine], [theirs] = one.series(), two.series()
    assert (mine.buckets == theirs.buckets).all() and np.allclose(mine.seconds, theirs.seconds)


def _window(
    histograms: Histograms, file: Path, since: int, until: int, pod: Pod, ended: list[float], gaps: Gaps
) -> Any:
    counts = _counts(since, until, pod)
    if ended:
        counts.add(_requests(ended, [0.1] * len(ended), [200] * len(ended), [0] * len(ended)))
    histograms.write(file, list(counts.series()), counts, CLOCK, gaps)
    return _points(file)


def test_counters_go_on_and_a_quiet_series_repeats(tmp_path: Path):
    histograms, pod = Histograms(), _pod(begun=10.0)
    first = _window(histograms, tmp_path / "1", 0, 120, pod, [20, 50, 51, 110], Gaps())
    assert [(at, count) for at, count, _ in first] == [(30, 1), (60, 3), (90, 3), (120, 4)]
    quiet = _window(histograms, tmp_path / "2", 120, 180, pod, [], Gaps())
    assert [(at, count) for at, count, _ in quiet] == [(150, 4), (180, 4)]
    third = _window(histograms, tmp_path / "3", 180, 240, pod, [200], Gaps())
    assert [(at, count) for at, count, _ in third] == [(210, 5), (240, 5)]
    assert all(sum(buckets) == count for _, count, buckets in [*first, *quiet, *third])


def test_a_pod_that_ran_before_has_counted_before(tmp_path: Path):
    points = _window(Histograms(), tmp_path / "1", 0, 60, _pod(begun=-86400.0), [20, 50], Gaps())
    assert points[0][0] == 0 and points[0][1] > 2 and points[-1][1] == points[0][1] + 2


def test_a_pod_that_goes_says_its_last(tmp_path: Path):
    histograms = Histograms()
    points = _window(histograms, tmp_path / "1", 0, 120, _pod(begun=1.0, ended=40.0), [20, 30], Gaps())
    assert [(at, count) for at, count, _ in points] == [(30, 1), (60, 2)]


def test_what_was_not_delivered_is_counted_all_the_same(tmp_path: Path):
    points = _window(Histograms(), tmp_path / "1", 0, 120, _pod(begun=1.0), [20, 50, 110], Gaps([(45, 95)]))
    assert [(at, count) for at, count, _ in points] == [(30, 1), (120, 3)]


def test_a_series_has_one_name_by_what_it_counts():
    counts = _counts(0, 30, _pod())
    counts.add(_requests([1], [0.1], [200], [0]))
    [series] = counts.series()
    assert isinstance(series, Series) and (series.metric, series.operation) == (SERVED, "GET /cart")
