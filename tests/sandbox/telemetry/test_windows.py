"""Telemetry, window after window, and what may be wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aisre_nb.sandbox import Troubles
from aisre_nb.sandbox.world import World

TABLES = ("otel_traces", "otel_logs", "otel_metrics_histogram", "otel_metrics_gauge", "otel_metrics_sum")
STEP = pd.Timedelta(seconds=30)


def _read(path: Path) -> pd.DataFrame:
    frame = pq.read_table(path).to_pandas()
    for column in [name for name in frame if str(name).endswith("Attributes")]:
        frame[column] = [tuple(sorted(pairs)) for pairs in frame[column]]
    return frame


@pytest.fixture(scope="module")
def windows(short: Any) -> tuple[World, dict[str, bytes], list[pd.Timestamp]]:
    """A world of three windows, its first tables as they were made, and when the windows begin and end."""
    world = short("cart-errors", 3)
    first = {table: (world.folder / f"{table}.parquet").read_bytes() for table in TABLES}
    ends = [pd.Timestamp(world.simulation.clock.start), pd.Timestamp(world.now)]
    world.apply({"action": "rollback", "service": "cart"})
    for minutes in (2, 5):
        world.advance(minutes)
        ends.append(pd.Timestamp(world.now))
    return world, first, ends


@pytest.mark.parametrize("table", TABLES)
def test_time_that_passes_adds_parts_and_touches_none(windows: Any, table: str):
    world, first, ends = windows
    parts = sorted((world.folder / f"{table}.parquet").iterdir())
    assert [part.name for part in parts] == [f"part-{n:05}.parquet" for n in range(3)]
    assert parts[0].read_bytes() == first[table]
    column = "Timestamp" if table in ("otel_traces", "otel_logs") else "TimeUnix"
    for part, since, until in zip(parts, ends[:-1], ends[1:], strict=True):
        at = _read(part)[column]
        assert at.min() >= since and at.max() <= until and len(at)
        assert at.max() > until - pd.Timedelta(seconds=45) and at.min() < since + pd.Timedelta(seconds=45)
        assert at.is_monotonic_increasing


def test_a_metric_has_a_point_every_half_minute_and_none_twice(windows: Any):
    world, _, ends = windows
    for table in TABLES[2:]:
        frame = _read(world.folder / f"{table}.parquet")
        keys = ["ServiceName", "MetricName", "Attributes", "ResourceAttributes"]
        for key, series in frame.groupby(keys):
            at = series.TimeUnix.sort_values()
            if key[1] == "k8s.container.restarts" or len(at) < 3:
                continue
            assert set(at.diff().dropna()) == {STEP}, key
    assert frame.TimeUnix.max() == ends[-1]


def test_counters_go_on_from_window_to_window(windows: Any):
    world, _, ends = windows
    frame = _read(world.folder / "otel_metrics_histogram.parquet").sort_values("TimeUnix", kind="stable")
    for _, series in frame.groupby(["ServiceName", "MetricName", "Attributes", "ResourceAttributes"]):
        assert (series.Count.diff().dropna() >= 0).all() and (series.Sum.diff().dropna() >= -1e-6).all()
        assert series.StartTimeUnix.nunique() == 1
    seen = set(frame[frame.TimeUnix < ends[1]].MetricName)
    assert seen == {"http.server.request.duration", "http.client.request.duration", "messaging.process.duration"}


def test_a_series_in_which_nothing_happens_any_more_says_the_same_again(windows: Any):
    world, _, ends = windows
    frame = _read(world.folder / "otel_metrics_histogram.parquet")
    cart, user = (frame[frame.ServiceName == name] for name in ("cart", "user"))
    old = cart[[("service.version", "0.1.0") in told for told in cart.ResourceAttributes]]
    rare = user[[("http.response.status_code", "401") in told for told in user.Attributes]]
    assert rare.TimeUnix.max() == ends[-1], "a refused login is counted on"
    gone = old[old.TimeUnix < ends[1]]
    assert len(gone) and gone.TimeUnix.max() < ends[1], "the pods of the old version went with the rollout"


def test_a_new_pod_begins_to_count_at_nothing(windows: Any):
    world, _, ends = windows
    frame = _read(world.folder / "otel_metrics_histogram.parquet").sort_values("TimeUnix", kind="stable")
    late = frame[(frame.StartTimeUnix > ends[1]) & (frame.ServiceName == "cart")]
    assert len(late) and late.groupby(["Attributes", "ResourceAttributes"]).Count.first().max() < 120


def test_requests_are_of_one_window(windows: Any):
    world, _, ends = windows
    spans = _read(world.folder / "otel_traces.parquet")
    assert spans.SpanId.is_unique
    ended = spans.Timestamp + pd.to_timedelta(spans.Duration, unit="ns")
    assert ended.max() <= ends[-1]
    known = set(zip(spans.TraceId, spans.SpanId, strict=True))
    below = spans[spans.ParentSpanId != ""]
    assert set(zip(below.TraceId, below.ParentSpanId, strict=True)) <= known


def test_a_clock_may_be_ahead(short: Any):
    told, plain = (short("checkout-question", 5, troubles=Troubles(clock_skew=skew)) for skew in (True, False))
    wrong, right = (_read(world.folder / "otel_traces.parquet").set_index("SpanId") for world in (told, plain))
    ahead = (wrong.Timestamp - right.Timestamp.reindex(wrong.index)).dt.total_seconds()
    node = pd.Series([dict(pairs)["k8s.node.name"] for pairs in wrong.ResourceAttributes], index=wrong.index)
    shifted = set(node[ahead > 0])
    assert len(shifted) == 1 and ahead[node.isin(shifted)].round(3).nunique() == 1 and 2 <= ahead.max() <= 40
    assert (wrong.Duration == right.Duration.reindex(wrong.index)).all()
    logs = [_read(world.folder / "otel_logs.parquet") for world in (told, plain)]
    assert len(logs[0]) == len(logs[1]) and logs[0].Timestamp.max() > logs[1].Timestamp.max()


def test_metrics_may_have_gaps_and_come_late(short: Any):
    world = short("checkout-question", 5, troubles=Troubles(gaps=True, late_exporter=True))
    now = pd.Timestamp(world.now)
    for table in TABLES[2:]:
        at = _read(world.folder / f"{table}.parquet").TimeUnix.drop_duplicates().sort_values()
        assert now - at.max() >= pd.Timedelta(minutes=3)
        assert pd.Timedelta(minutes=2) <= at.diff().max() <= pd.Timedelta(minutes=25)
    assert now - _read(world.folder / "otel_logs.parquet").Timestamp.max() < pd.Timedelta(minutes=1)


@pytest.mark.parametrize("missing", ["metrics", "logs", "traces"])
def test_a_signal_may_be_missing_for_good(short: Any, missing: str):
    world = short("checkout-question", 5, troubles=Troubles(missing=missing))
    world.advance(1)
    World.open(world.folder).advance(1)
    there = {path.name.removesuffix(".parquet") for path in world.folder.glob("otel_*.parquet")}
    assert there == {table for table in TABLES if missing not in table}
    assert not list(world.folder.glob(".*"))
