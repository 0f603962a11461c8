"""Who moved first, and where that cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from aisre_nb.analysis.order import Move, first, lag, order

START = datetime(2026, 3, 1, 10, tzinfo=UTC)


def _move(name: str, minute: float, step: float = 1) -> Move:
    return Move(name, START + timedelta(minutes=minute), timedelta(minutes=step))


def test_overlapping_buckets_have_no_order() -> None:
    assert order(_move("a", 0), _move("b", 1)) == "before"
    assert order(_move("b", 1), _move("a", 0)) == "after"
    assert order(_move("a", 0, 5), _move("b", 1)) == "unknown" == order(_move("a", 3), _move("b", 3))


def test_all_that_may_have_been_first_are_named() -> None:
    moves = [_move("late", 9), _move("b", 0.5), _move("a", 0), _move("wide", -3, 5)]
    assert [m.name for m in first(moves)] == ["wide", "a", "b"]
    assert first([]) == ()


def _walk(seed: int, n: int = 240) -> pd.Series:
    times = pd.date_range(START, periods=n, freq="30s")
    return pd.Series(np.random.default_rng(seed).normal(size=n).cumsum(), index=times)


@pytest.mark.parametrize("by", [-4, 0, 3])
def test_who_follows_whom_is_found(by: int) -> None:
    one = _walk(1)
    noise = pd.Series(np.random.default_rng(2).normal(size=240) * 0.5, index=one.index)
    found = lag(one, 3 * one.shift(by) + noise)
    assert found is not None and (found.steps, found.leads) == (by, by > 0)
    assert found.earliest <= by <= found.latest and found.correlation > 0.5


def test_drifts_and_walks_of_their_own_are_unrelated() -> None:
    related = [lag(_walk(2 * n), _walk(2 * n + 1) + np.arange(240)) for n in range(40)]
    assert sum(found is not None for found in related) <= 4


def test_too_few_points_gaps_and_constants_say_nothing() -> None:
    one = _walk(1)
    assert lag(one.iloc[:5], one.iloc[:5]) is None
    assert lag(one, one * 0) is None
    assert lag(one, one * np.nan) is None
    assert lag(one, one.set_axis(one.index + pd.Timedelta(days=1))) is None
