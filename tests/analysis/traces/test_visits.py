"""Traces cut into visits, whatever their spans lack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.traces.visits import SPANS, visits

AT = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)


def _frame(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    """span, parent, service, start (ms), length (ms)."""
    made = [
        {
            "trace_id": "t", "span_id": span, "parent_span_id": parent, "service": service, "operation": f"{span} op",
            "start": AT + timedelta(milliseconds=start), "duration_ms": length, "failed": False,
        }
        for span, parent, service, start, length in rows
    ]  # fmt: skip
    return pd.DataFrame(made, columns=SPANS)


def test_a_visit_is_what_one_service_does_for_one_call_and_its_own_time_is_without_its_calls() -> None:
    found = visits(
        _frame(
            ("a", "", "web", 0, 100),
            ("a1", "a", "web", 10, 50),
            ("b", "a1", "cart", 15, 40),
            ("b1", "b", "cart", 20, 10),
        )
    )
    web, cart = found.visits.iloc[0], found.visits.iloc[1]
    assert (web["service"], web["caller"], web["above"], web["own_ms"]) == ("web", "", -1, 50)
    assert (cart["service"], cart["caller"], cart["operation"], cart["own_ms"]) == ("cart", "web", "b op", 40)
    assert list(found.spans["visit"]) == [0, 0, 2, 2]
    call = found.calls.iloc[0]
    assert (call["caller"], call["callee"], call["gap_ms"], len(found.calls)) == ("web", "cart", 10, 1)


def test_calls_at_the_same_time_are_waited_for_once() -> None:
    found = visits(
        _frame(
            ("a", "", "web", 0, 100), ("c", "a", "cart", 10, 50), ("d", "a", "mail", 20, 60), ("e", "a", "tax", 30, 5)
        )
    )
    assert found.visits.loc[0, "own_ms"] == 30
    # Without a span of the caller's own there is no telling what the way took.
    assert found.calls.empty


def test_a_call_that_nobody_answered_is_waited_for_too() -> None:
    found = visits(
        _frame(
            ("a", "", "web", 0, 100),
            ("get", "a", "web", 10, 50),
            ("b", "get", "cart", 15, 40),
            ("c", "", "web", 200, 1000),
            ("d", "c", "web", 210, 900),
            ("e", "c", "web", 1150, 20),
        ).assign(operation=["GET /", "HTTP GET", "GET /cart", "GET /", "HTTP GET", "render"])
    )
    assert list(found.visits.loc[found.visits["service"] == "web", "own_ms"]) == [50, 100]


def test_a_span_without_a_time_or_a_length_is_left_out() -> None:
    rows = _frame(("a", "", "web", 0, 100), ("b", "a", "web", 10, float("nan")), ("c", "", "web", 1, 1))
    rows.loc[2, "start"] = pd.NaT
    assert list(visits(rows).spans["span_id"]) == ["a"]


def test_a_parent_that_is_not_there_a_double_and_a_cycle_make_visits_of_their_own() -> None:
    found = visits(
        _frame(
            ("a", "gone", "web", 0, 10),
            ("a", "gone", "web", 0, 10),
            ("x", "y", "web", 0, 10),
            ("y", "x", "web", 0, 10),
            ("self", "self", "web", 0, 10),
        )
    )
    assert len(found.spans) == 4
    assert found.visits["above"].eq(-1).all()
    assert set(found.spans.loc[found.spans["entry"], "span_id"]) == {"a", "x", "y", "self"}


def test_a_clock_that_is_wrong_by_an_hour_makes_no_time_negative() -> None:
    hour = 3_600_000
    found = visits(_frame(("a", "", "web", 0, 100), ("b", "a", "cart", hour, 40)))
    assert list(found.visits["own_ms"]) == [100, 40]


def test_an_empty_frame_has_no_visits() -> None:
    found = visits(_frame())
    assert found.visits.empty and found.calls.empty


def test_a_chain_through_one_service_is_one_visit_however_deep() -> None:
    rows = [(f"s{n}", f"s{n - 1}" if n else "", "web", float(n), 1000.0 - n) for n in range(500)]
    assert len(visits(_frame(*rows)).visits) == 1


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.sampled_from("abcdefg"), st.sampled_from(["web", "cart"]),
            st.floats(0, 1000), st.floats(0, 1000),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_the_parents_every_span_is_in_one_visit(rows: list[tuple[str, str, str, float, float]]) -> None:
    found = visits(_frame(*rows))
    assert found.spans["visit"].isin(found.visits.index).all()
    own = found.visits
    assert ((own["own_ms"] >= 0) & (own["own_ms"] <= own["duration_ms"])).all()
    assert (found.spans.groupby("visit")["service"].nunique() == 1).all()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_the_unit_in_which_times_are_kept_changes_nothing(chain: Callable[..., Any], unit: str) -> None:
    spans, _ = chain(3, 3)
    kept = spans.assign(start=spans["start"].dt.as_unit(unit))
    assert visits(kept).visits["own_ms"].sum() == pytest.approx(visits(spans).visits["own_ms"].sum(), abs=3)
