"""The same question to Prometheus and to the folder of the same world: the same answer, but for how rates are made.

Prometheus has a sample every minute and extrapolates to the ends of the time that a rate looks back; the folder has one
every half minute and counts what lies within.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

_STEP = 240
"""Seconds of a bucket: as long as the time that a rate looks back, so that both sides look at the same requests."""
_SIGNALS = ["error_rate", "latency_p50", "latency_p95", "latency_p99", "request_rate"]


def _plain(name: str) -> str:
    return re.sub(r"_(count|total|ratio|bytes)$", "", name.replace(".", "_"))


@pytest.mark.parametrize("service", ["cart", "catalog", "api-gateway"])
async def test_golden_signals(world: Any, both: tuple[Any, Any], service: str) -> None:
    there, here = [await source.golden_signals(service, world.window, _STEP) for source in both]
    assert list(there.frame.columns) == list(here.frame.columns)
    assert set(there.frame["service"]) == {service}
    pairs = [frame.frame.assign(signal=[_plain(s) for s in frame.frame["signal"]]) for frame in (there, here)]
    merged = pairs[0].merge(pairs[1], on=["time", "signal"], suffixes=("", "_here"))
    assert set(_SIGNALS) <= set(merged["signal"]) and set(pairs[0]["signal"]) == set(pairs[1]["signal"])
    assert (
        merged.loc[merged["signal"].isin(_SIGNALS), "unit"] == merged.loc[merged["signal"].isin(_SIGNALS), "unit_here"]
    ).all()
    for signal, rows in merged.groupby("signal"):
        # The first bucket looks back to where nothing was kept yet.
        rows = rows.sort_values("time").iloc[1:]
        assert len(rows) >= 10
        off = (rows["value"] - rows["value_here"]).abs()
        allowed = 0.05 if signal == "error_rate" else 0.25 * rows["value_here"].abs() + 0.01
        # One slow request in the minute that only one side looks at is another tail (from version 3 on a rate leaves
        # out the sample at its very start).
        is_tail = signal in ("latency_p95", "latency_p99")
        least = 0.8 if is_tail else 1.0
        assert (off <= allowed).mean() >= least, f"{signal}\n{rows[['time', 'value', 'value_here']]}"
        level = [rows[side].median() if is_tail else rows[side].mean() for side in ("value", "value_here")]
        assert level[0] == pytest.approx(level[1], rel=0.08, abs=0.005), signal


async def test_a_step_finer_than_the_samples_is_widened_and_says_so(world: Any, both: tuple[Any, Any]) -> None:
    there = await both[0].golden_signals("cart", world.window, 15)
    assert there.frame.attrs["step_seconds"] == 60
    assert "has a sample every 60 s: the step is 60 s, not 15 s" in there.notes[0]
    times = there.frame.loc[there.frame["signal"] == "request_rate", "time"]
    assert set(times.diff().dropna()) == {pd.Timedelta(minutes=1)} and times.max() == world.now - timedelta(minutes=1)
    errors = there.frame[there.frame["signal"] == "error_rate"]
    # Where no request failed yet, no series says so; that is a share of 0.
    assert errors["value"].iloc[:15].max() == 0 and errors["value"].iloc[-10:].min() > 0.03


async def test_services(world: Any, both: tuple[Any, Any]) -> None:
    there, here = [(await source.services(world.window)).frame.set_index("service") for source in both]
    assert set(there.index) == set(here.index) and set(there["signals"]) == {"metrics"}
    counted = there.dropna(subset=["requests"]).index
    assert set(counted) == set(here.dropna(subset=["requests"]).index)
    # Who takes from the queue is counted by spans there, of which a part is kept.
    for name in set(counted) - {"fulfilment"}:
        assert there.loc[name, "requests"] == pytest.approx(here.loc[name, "requests"], rel=0.06, abs=15), name
        assert there.loc[name, "error_rate"] == pytest.approx(here.loc[name, "error_rate"], abs=0.02), name
        assert there.loc[name, "p95_ms"] == pytest.approx(here.loc[name, "p95_ms"], rel=0.15), name


async def test_every_series(world: Any, both: tuple[Any, Any]) -> None:
    there, here = [(await source.all_series(world.window, 60)).frame for source in both]
    assert list(there.columns) == list(here.columns) and set(there["service"]) == set(here["service"])
    sides = []
    for frame in (there, here):
        named = frame.assign(metric=[_plain(m.removesuffix(".count")) for m in frame["metric"]])
        named["metric"] = named["metric"].str.replace("_seconds", "")
        named["labels"] = named["labels"].str.replace(r"\.(?=[\w.]*=)", "_", regex=True)
        sides.append(named.groupby(["service", "metric", "labels"])["value"].mean())
    assert len(sides[0]) == len(sides[1]) > 150 and set(sides[0].index) == set(sides[1].index)
    off = (sides[0] - sides[1]).abs() - (0.1 * sides[1].abs() + 0.02)
    assert (off <= 0).mean() > 0.97, off[off > 0]


@pytest.mark.parametrize("name", ["shop.orders", "process.memory.usage", "http.server.request.duration"])
async def test_one_metric_under_the_name_that_opentelemetry_gives_it(
    world: Any, both: tuple[Any, Any], name: str
) -> None:
    service = "checkout" if name == "shop.orders" else "cart"
    there, here = [(await source.metric(name, service, world.window, _STEP)).frame for source in both]
    # A counter with a single sample has no rate yet.
    assert here["signal"].nunique() - 2 <= there["signal"].nunique() <= here["signal"].nunique()
    totals = [frame.groupby("time")["value"].sum().iloc[1:] for frame in (there, here)]
    assert totals[0].mean() == pytest.approx(totals[1].mean(), rel=0.08)
