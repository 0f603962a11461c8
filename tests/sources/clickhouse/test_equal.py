"""The same question to ClickHouse, in each generation of its tables, and to the folder has the same answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from aisre_nb.sources.base import Answer
from aisre_nb.sources.clickhouse.source import ClickHouse
from aisre_nb.sources.stored_telemetry import StoredTelemetry
from aisre_nb.sources.telemetry_folder import TelemetryFolder
from aisre_nb.times import Window

from .tables import Generation

Ask = Callable[[StoredTelemetry, Window, datetime], Awaitable[Answer]]

QUESTIONS: dict[str, Ask] = {
    "services": lambda s, w, _: s.services(w),
    "calls": lambda s, w, _: s.calls(w),
    "golden signals": lambda s, w, _: s.golden_signals("cart", w, 60),
    "golden signals from spans": lambda s, w, _: s.golden_signals("redis", w, 60),
    "one metric": lambda s, w, _: s.metric("http.server.request.duration", "cart", w, 60),
    "all series": lambda s, w, _: s.all_series(w, 120),
    "names of metrics": lambda s, w, _: s.metric_names(None),
    "failing requests": lambda s, w, _: s.traces("cart", w, status="error", limit=40),
    "operations": lambda s, w, _: s.operations("frontend", w),
    "flow": lambda s, w, onset: s.flow(w, onset),
    "values of bad requests": lambda s, w, onset: s.attribute_values("cart", w, onset, [], "errors"),
    "values of slow requests": lambda s, w, onset: s.attribute_values("cart", w, onset, [], "latency"),
    "between zones": lambda s, w, onset: s.between_places(w, onset, "zone"),
    "records": lambda s, w, _: s.logs("cart", w, severity="warn", limit=500),
    "records of a text": lambda s, w, _: s.logs("cart", w, contains="discount", limit=50),
}


OF_ALL = ("failing requests", "flow", "values of bad requests", "records", "one metric")
"""What is asked of every generation; the rest of the newest alone."""


@pytest.mark.parametrize(
    ("generation", "question"),
    [(g, q) for g in get_args(Generation) for q in (QUESTIONS if g == "new" else OF_ALL)],
)
async def test_the_answer_is_the_folders(
    question: str, generation: str, opened: Callable[..., ClickHouse], folder: TelemetryFolder
) -> None:
    assert folder.now is not None
    window = Window(folder.now - timedelta(hours=1), folder.now)
    onset = folder.now - timedelta(minutes=20)
    mine = await QUESTIONS[question](opened(generation), window, onset)
    theirs = await QUESTIONS[question](folder, window, onset)
    assert len(theirs.frame), "a question that nothing answers proves nothing"
    _alike(mine.frame, theirs.frame, 1e-6 if generation != "new" else 2e-2)
    assert mine.query.count("SELECT") and mine.source == "telemetry" and mine.notes == theirs.notes


def _alike(mine: pd.DataFrame, theirs: pd.DataFrame, rough: float) -> None:
    assert list(mine.columns) == list(theirs.columns)
    assert len(mine) == len(theirs)
    keys = [c for c in theirs.columns if not pd.api.types.is_float_dtype(theirs[c]) and not _held(theirs[c])]
    mine, theirs = (f.sort_values(keys, ignore_index=True, kind="stable") for f in (mine, theirs))
    for column in theirs.columns:
        one, other = mine[column], theirs[column]
        if pd.api.types.is_numeric_dtype(other) and not pd.api.types.is_bool_dtype(other):
            np.testing.assert_allclose(
                one.astype(float), other.astype(float), rtol=rough, atol=1e-9, err_msg=column, equal_nan=True
            )
        else:
            assert [_plain(v) for v in one] == [_plain(v) for v in other], column


def _held(column: pd.Series[Any]) -> bool:
    return any(isinstance(value, dict | list) for value in column.head(3))


def _plain(value: object) -> object:
    if value is None or value is pd.NA or value != value:
        return None
    return dict(value) if isinstance(value, dict) else value
