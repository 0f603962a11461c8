"""Text for a terminal."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.render.text import cell, sparkline, table


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), max_size=300), st.integers(1, 60))
def test_a_sparkline_is_never_wider_than_asked(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) <= width


def test_a_sparkline_rises_with_its_values() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([]) == "" and sparkline([2.0, 2.0]) == "▁▁"


def test_a_table_is_bounded_and_says_how_much_is_left_out() -> None:
    shown = table(pd.DataFrame({"a": ["x" * 500] * 30, "b": range(30)}))
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.splitlines()[-1] == "… 18 more rows"


def test_what_is_missing_is_empty() -> None:
    assert [cell(value) for value in (None, float("nan"), pd.NA, pd.NaT)] == ["", "", "", ""]
