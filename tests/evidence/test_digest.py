"""Digests: equal for equal results, different for different ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aisre_nb.evidence.digest import canonical, digest


def _frame(**changed: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "time": pd.date_range("2026-11-23T10:00Z", periods=2),
        "n": [1, 2],
        "body": ["a", None],
        "attributes": [{"b": 1, "a": [1, 2]}, None],
    }
    return pd.DataFrame({**columns, **changed})


def test_the_order_of_keys_the_index_and_the_unit_of_times_do_not_matter() -> None:
    other = _frame(attributes=[{"a": (1, 2), "b": 1}, None])
    other.index = pd.Index([7, 9])
    other["time"] = other["time"].dt.as_unit("ms")
    assert digest("q", _frame(), {"x": 1, "y": {2, 1}}) == digest("q", other, {"y": {1, 2}, "x": 1})


@pytest.mark.parametrize(
    "other",
    [
        ("p", _frame(), {"x": 1}),
        ("q", _frame(), {"x": 2}),
        ("q", None, {"x": 1}),
        ("q", _frame(n=[1, 3]), {"x": 1}),
        ("q", _frame(attributes=[{"b": 1, "a": [2, 1]}, None]), {"x": 1}),
        ("q", _frame().rename(columns={"n": "m"}), {"x": 1}),
        ("q", _frame().iloc[::-1], {"x": 1}),
    ],
)
def test_every_part_counts(other: tuple[str, pd.DataFrame | None, dict[str, Any]]) -> None:
    assert digest(*other) != digest("q", _frame(), {"x": 1})


def test_values_that_are_no_json_have_a_stable_text() -> None:
    value = {3: np.int64(1), "t": pd.Timestamp("2026-11-23T10:00Z"), "a": np.array([1.5])}
    assert canonical(value) == '{"3":1,"a":[1.5],"t":"2026-11-23T10:00:00+00:00"}'
