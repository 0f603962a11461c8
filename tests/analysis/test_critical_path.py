"""What a request waited for, and that the parts add up to the whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.critical_path import critical_path

_AT = datetime(2026, 3, 1, tzinfo=UTC)


def _spans(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["span_id", "parent_span_id", "from", "to"])
    frame["start"] = pd.to_datetime([_AT + timedelta(milliseconds=ms) for ms in frame["from"]], utc=True)
    frame["duration_ms"] = frame["to"] - frame["from"]
    return frame


def test_one_after_the_other_each_is_waited_for() -> None:
    found = critical_path(_spans(("a", "", 0, 100), ("b", "a", 10, 40), ("c", "a", 50, 90)))
    assert found.to_dict() == pytest.approx({"a": 30, "b": 30, "c": 40})


def test_of_two_at_the_same_time_the_one_that_ends_last_is_waited_for() -> None:
    found = critical_path(_spans(("a", "", 0, 100), ("short", "a", 10, 40), ("long", "a", 10, 95)))
    assert found.to_dict() == pytest.approx({"a": 15, "long": 85})


def test_what_overlaps_counts_until_the_other_began() -> None:
    found = critical_path(_spans(("a", "", 0, 100), ("b", "a", 0, 60), ("c", "a", 40, 100)))
    assert found.to_dict() == pytest.approx({"a": 0, "b": 40, "c": 60})


def test_a_child_that_nobody_waits_for_counts_only_while_its_parent_lasts() -> None:
    found = critical_path(_spans(("a", "", 0, 100), ("sent", "a", 90, 400)))
    assert found.to_dict() == pytest.approx({"a": 90, "sent": 10})


def test_no_spans_and_circles_of_parents_have_no_path() -> None:
    assert critical_path(_spans()).empty
    assert critical_path(_spans(("a", "b", 0, 10), ("b", "a", 0, 10))).empty


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.floats(-50, 150), st.floats(0, 200)), min_size=1, max_size=30
    )
)  # fmt: skip
def test_the_parts_add_up_to_the_longest_root(made: list[tuple[int, float, float]]) -> None:
    rows = [("0", "", 0.0, 100.0)]
    for n, (parent, start, took) in enumerate(made, start=1):
        rows.append((str(n), str(parent % n), start, start + took))
    found = critical_path(_spans(*rows))
    assert found.sum() == pytest.approx(100.0, abs=0.01)
    assert (found >= 0).all()
    assert found.max() <= 100.01


def test_a_trace_deeper_than_pythons_stack() -> None:
    rows = [(str(n), str(n - 1) if n else "", float(n) / 100, 1000 - float(n) / 100) for n in range(5000)]
    assert critical_path(_spans(*rows)).sum() == pytest.approx(1000, abs=0.1)
