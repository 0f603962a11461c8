"""What is usual at a time of the day or week, and what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aisre_nb.analysis.usual import unusual


def _series(start: str, hours: float, seed: int = 0, *, weekend: float = 1.0, minutes: int = 10) -> pd.Series:
    """Requests that follow the day, fewer on weekends, with noise of one part in thirty."""
    times = pd.date_range(start, periods=int(hours * 60 / minutes), freq=f"{minutes}min", tz="UTC")
    hour = times.hour + times.minute / 60
    level = 100 + 60 * np.sin((hour - 9) / 24 * 2 * np.pi)
    level = np.where(times.day_of_week >= 5, weekend * level, level)
    return pd.Series(level * np.random.default_rng(seed).normal(1, 0.03, len(times)), index=times)


def test_the_peak_of_every_day_is_usual_and_its_absence_is_not() -> None:
    history = _series("2026-03-02", 24 * 5, 1)
    today = _series("2026-03-07 12:00", 6, 2)
    found = unusual(today, history)
    assert found.by == "day" and found.frame["score"].abs().median() < 2
    quiet = unusual(today * 0.6, history)
    assert (quiet.frame["score"] < -4).mean() > 0.9


def test_a_weekend_is_held_against_weekends() -> None:
    history = _series("2026-02-02", 24 * 7 * 4, 1, weekend=0.4)
    saturday = _series("2026-03-07 10:00", 4, 2, weekend=0.4)
    found = unusual(saturday, history)
    assert found.by == "week" and found.frame["score"].abs().median() < 2


def test_with_a_short_history_all_of_it_is_the_measure() -> None:
    found = unusual(_series("2026-03-03 10:00", 1, 2), _series("2026-03-03", 9, 1))
    assert found.by == "level" and found.frame["score"].notna().all()


def test_without_a_season_none_is_found_in_noise() -> None:
    random = np.random.default_rng(3)
    times = pd.date_range("2026-03-02", periods=6 * 24 * 10, freq="10min", tz="UTC")
    history = pd.Series(random.normal(10, 1, len(times)), index=times)
    assert unusual(history.iloc[-30:] + 8, history.iloc[:-30]).by == "level"


def test_one_bad_day_among_the_days_before_does_not_make_today_usual() -> None:
    history = _series("2026-03-02", 24 * 5, 1)
    history["2026-03-04"] *= 3
    found = unusual(_series("2026-03-07 12:00", 3, 2) * 3, history)
    assert found.by == "day" and found.frame["score"].min() > 6


def test_gaps_and_no_history_are_said() -> None:
    today = _series("2026-03-07 12:00", 2)
    assert unusual(today, today.iloc[:0]).by == "nothing"
    history = _series("2026-03-02", 24 * 5, 1)
    history.iloc[::3], today.iloc[0] = np.nan, np.inf
    found = unusual(today, history)
    assert found.by == "day" and len(found.frame) == len(today) - 1 and np.isfinite(found.frame["score"]).all()


def test_what_is_asked_about_is_no_history_of_itself() -> None:
    whole = _series("2026-03-02", 24 * 6, 1)
    whole.iloc[-12:] *= 2
    assert unusual(whole.iloc[-12:], whole).frame["score"].min() == pytest.approx(
        unusual(whole.iloc[-12:], whole.iloc[:-12]).frame["score"].min()
    )


def test_a_constant_that_moves_a_little_is_no_infinite_surprise() -> None:
    times = pd.date_range("2026-03-02", periods=600, freq="10min", tz="UTC")
    history = pd.Series(np.full(600, 5.0), index=times)
    assert unusual(history.iloc[-6:] * 1.01, history.iloc[:-6]).frame["score"].max() < 1
