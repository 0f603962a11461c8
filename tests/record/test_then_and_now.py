"""What counts as the same, and what is said of what is another now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.result import ToolResult
from aisre_nb.record.events import Event, Noted, Verified
from aisre_nb.record.then_and_now import Compared, compare, rows_of
from aisre_nb.times import Window

START = pd.Timestamp("2026-11-23T10:00:00Z")


def _metrics(values: list[float], signal: str = "error_rate") -> pd.DataFrame:
    times = [START + timedelta(seconds=30 * n) for n in range(len(values))]
    return pd.DataFrame({"time": times, "service": "cart", "signal": signal, "value": values, "unit": "1"})


def _kept(frame: pd.DataFrame | None, kind: Any = "metrics", **more: Any) -> Evidence:
    window = Window(START.to_pydatetime(), (START + timedelta(hours=1)).to_pydatetime())
    fields = {"title": "t", "summary": "s", "tool": "x", "arguments": {}, "window": window}
    return Evidence(id="E1", kind=kind, frame=frame, **{**fields, **more})


def _against(then: Evidence, frame: pd.DataFrame | None, **facts: Any) -> Compared:
    return compare(then, ToolResult(then.kind, "t", "s", frame, facts))


def test_noise_and_rounding_are_no_drift() -> None:
    then = _kept(_metrics([0.1, 0.2, 0.0]))
    found = _against(then, _metrics([0.1 + 1e-12, 0.20001, 1e-12]))
    assert (found.status, found.detail) == ("same", "3 rows as they were")


def test_the_order_of_rows_and_the_unit_of_times_do_not_count() -> None:
    frame = _metrics([0.1, 0.2, 0.3])
    other = frame.iloc[::-1].assign(time=frame["time"].iloc[::-1].dt.as_unit("ms"))
    assert _against(_kept(frame), other).status == "same"


def test_a_value_that_moved_is_named_with_both_numbers() -> None:
    found = _against(_kept(_metrics([0.1, 0.2, 0.3])), _metrics([0.1, 0.25, 0.9]))
    assert found.status == "drifted" and found.moved is not None and len(found.moved) == 2
    assert "2 values differ" in found.detail and "0.3 → 0.9" in found.detail and "error_rate" in found.detail


def test_rows_that_went_and_came_are_counted_and_shown() -> None:
    found = _against(_kept(_metrics([0.1, 0.2, 0.3])), _metrics([0.1, 0.2, 0.3]).iloc[1:])
    assert found.status == "drifted" and "1 of 3 rows gone" in found.detail
    assert found.gone is not None and list(found.gone["value"]) == [0.1]
    found = _against(_kept(_metrics([0.1])), _metrics([0.1, 0.2]))
    assert "1 row new" in found.detail and found.come is not None and list(found.come["value"]) == [0.2]


def test_nothing_left_is_expired_and_nothing_then_and_now_is_the_same() -> None:
    empty = _metrics([]).astype({"value": "float64"})
    assert _against(_kept(_metrics([0.1])), empty).status == "expired"
    assert _against(_kept(empty), empty).status == "same"
    assert _against(_kept(empty), _metrics([0.1])).status == "drifted"


def test_the_last_step_of_metrics_may_not_have_been_over() -> None:
    end = Window(START.to_pydatetime(), (START + timedelta(seconds=80)).to_pydatetime())
    then = _kept(_metrics([0.1, 0.2, 0.3]), window=end, facts={"step_seconds": 30})
    assert _against(then, _metrics([0.1, 0.2, 0.9]), step_seconds=30).status == "same"
    assert _against(then, _metrics([0.1, 0.9, 0.3]), step_seconds=30).status == "drifted"


def test_counts_over_more_than_the_rows_count_too() -> None:
    frame = pd.DataFrame({"trace_id": ["a"], "span_id": ["b"], "duration_ms": [3.0]})
    then = _kept(frame, "traces", facts={"total": 700, "errors": 20, "endpoint": "GET /"})
    assert _against(then, frame, total=700, errors=20).status == "same"
    found = _against(then, frame, total=650, errors=20)
    assert (found.status, found.detail) == ("drifted", "total: 700 → 650")


def test_which_record_is_the_example_of_a_pattern_does_not_count() -> None:
    frame = pd.DataFrame({"pattern": ["a <n>"], "severity": ["error"], "service": ["cart"], "count": [3]})
    then = _kept(frame.assign(example=["a 1"]), "logs")
    assert _against(then, frame.assign(example=["a 2"])).status == "same"
    assert _against(then, frame.assign(example=["a 2"], count=[4])).status == "drifted"


def test_the_number_of_a_masked_secret_does_not_count() -> None:
    then = _kept(pd.DataFrame({"what": ["key [redacted:aws_key:1]"]}), "table")
    assert _against(then, pd.DataFrame({"what": ["key [redacted:aws_key:7]"]})).status == "same"
    assert _against(then, pd.DataFrame({"what": ["key [redacted:token:1]"]})).status == "drifted"


def test_rows_alike_are_paired_off() -> None:
    frame = pd.DataFrame({"name": ["a", "a", "b"], "n": [1, 2, 3]})
    assert _against(_kept(frame, "table"), frame.copy()).status == "same"
    found = _against(_kept(frame, "table"), frame.iloc[[0, 2]])
    assert "1 of 3 rows gone" in found.detail


def test_texts_are_compared_by_what_they_say() -> None:
    assert compare(_kept(None, "text"), ToolResult("text", "t", "s")).status == "same"
    assert compare(_kept(None, "text"), ToolResult("text", "t", "other")).detail == "it says now: other"


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, None, "x", 1.5, True])
def test_any_cell_can_be_compared(cell: Any) -> None:
    frame = pd.DataFrame({"a": pd.Series([cell, "y"], dtype="object"), "b": [1, 2]})
    assert _against(_kept(frame, "table"), frame.copy()).status == "same"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=5), st.floats(allow_infinity=False)), max_size=12), st.randoms())
def test_a_frame_is_the_same_as_itself_in_any_order(rows: list[tuple[str, float]], chance: Any) -> None:
    frame = pd.DataFrame(rows, columns=["name", "value"]).astype({"name": "str", "value": "float64"})
    frame = frame.drop_duplicates("name", ignore_index=True)
    mixed = frame.sample(frac=1, random_state=chance.randrange(1000))
    assert _against(_kept(frame, "table"), mixed).status == "same"


def test_the_latest_rows_of_a_record(evidence: Callable[..., Evidence]) -> None:
    found = Compared(evidence(), "drifted", "d", 0.12345)
    events: list[Event] = [Verified(rows=[]), Noted(text="x"), Verified(rows=[found.row()])]
    assert rows_of(events) == [{"evidence": "E1", "status": "drifted", "detail": "d", "seconds": 0.123}]
    assert rows_of([]) == []
