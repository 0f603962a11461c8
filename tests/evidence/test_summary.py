"""Texts for the model: bounded whatever comes in, and what matters stands in them."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.summary import text_for_model

START = pd.Timestamp("2026-11-23T10:00Z")


def _result(frame: pd.DataFrame | None = None, kind: Any = "table", **rest: Any) -> ToolResult:
    return ToolResult(kind, "the title", "the summary", frame, **rest)


def test_a_small_result_is_there_whole() -> None:
    frame = pd.DataFrame({"time": [START], "n": [0.123456789], "d": [{"a": [1]}]})
    text = text_for_model(_result(frame, facts={"firing": 2}, source="folder", query="select\n  1"), "E3")
    assert text.splitlines() == [
        "E3 the title",
        "the summary",
        "source: folder; query: select 1",
        'facts: {"firing":2}',
        "rows: 1; columns: time, n, d",
        '2026-11-23T10:00:00Z | 0.123457 | {"a":[1]}',
    ]


def test_of_many_rows_the_first_and_the_last_are_there_and_how_to_read_on() -> None:
    text = text_for_model(_result(pd.DataFrame({"n": range(5000)})), "E3")
    lines = text.splitlines()
    assert "rows: 5000" in text and "\n0\n1\n" in text and lines[-1] == "4999"
    narrow = next(line for line in lines if "not shown" in line)
    shown = len(lines) - lines.index("0") - 1
    assert narrow.startswith(f"… {5000 - shown} rows not shown") and "read_evidence(id='E3', offset=60)" in narrow


@pytest.mark.parametrize("kind", ["table", "metrics", "diff", "file", "logs", "trace"])
def test_a_result_of_100_mb_costs_no_more_than_what_is_shown(kind: str) -> None:
    long = "x" * 1000
    frame = pd.DataFrame(
        {
            "time": START, "signal": "s", "value": 1.0, "file": "f", "line": 1, "text": [long] * 100_000,
            "d": [{"a": long, "b": [1] * 1000}] * 100_000, "marked": False, "suspect": False,
        }
    )  # fmt: skip
    facts = {"list": list(range(1_000_000)), "text": "y" * 10**8, "deep": {str(i): long for i in range(10_000)}}
    start = time.perf_counter()
    text = text_for_model(_result(frame, kind, facts=facts), "E3")
    assert len(text) <= 12_000
    assert time.perf_counter() - start < 3


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = text_for_model(_result(text="BEGIN" + "x" * 10**7 + "END"), "E3")
    assert len(text) <= 12_000 and "BEGIN" in text and text.endswith("END") and "characters left out" in text


def test_a_series_is_told_by_some_points_of_each_signal() -> None:
    frame = pd.concat(
        pd.DataFrame(
            {"time": pd.date_range(START, periods=600, freq="1min"), "signal": s, "value": range(600), "unit": "s"}
        )
        for s in ("latency_p95", "request_rate")
    )
    text = text_for_model(_result(frame, "metrics"), "E3")
    assert "latency_p95 (s): 600 points, 0 to 599: 10:00:00 0, " in text and "request_rate (s):" in text
    assert len(text) < 3000 and "read_evidence(id='E3', where={'signal'" in text


def test_hunks_keep_their_lines_and_the_suspects_come_first() -> None:
    frame = pd.DataFrame(
        {
            "file": ["a.py", "b.py"],
            "text": ["@@ -1 +1 @@\n-a\n+b", "@@ -2 +2 @@\n-  c\n+  d"],
            "suspect": [False, True],
            "why": ["", "the stack trace leads here"],
        }
    )
    text = text_for_model(_result(frame, "diff"), "E3")
    assert text.index("b.py SUSPECT: the stack trace leads here\n@@ -2 +2 @@\n-  c\n+  d") < text.index("a.py\n@@")


def test_a_file_is_shown_around_its_marked_lines_and_once() -> None:
    frame = pd.DataFrame({"line": range(1, 2001), "text": [f"    code {n}" for n in range(1, 2001)], "marked": False})
    frame.loc[1499, "marked"] = True
    text = text_for_model(_result(frame, "file", facts={"path": "a.py", "text": "whole file"}), "E3")
    assert "1500→    code 1500" in text and "1490     code 1490" in text and "\n1 " not in text
    assert "whole file" not in text


def test_a_short_file_is_shown_whole() -> None:
    frame = pd.DataFrame({"line": [1, 2], "text": ["a", "  b"], "marked": [False, True]})
    assert text_for_model(_result(frame, "file"), "E3").endswith("1 a\n2→  b")


def test_facts_grow_short_before_they_are_cut_off() -> None:
    facts = {"frames": [{"file": f"f{n}", "code": "x" * 500} for n in range(200)], "last": "still here"}
    text = text_for_model(_result(facts=facts), "E3")
    assert '"last":"still here"' in text and "more" in text


def test_frames_with_odd_columns_are_told() -> None:
    frame = pd.DataFrame([[1, {"a": 2}]], columns=[3, ("a", "b")])
    assert "columns: 3, ('a', 'b')" in text_for_model(_result(frame), "E3")
    assert "rows: 0" in text_for_model(_result(pd.DataFrame({"a": []}), "metrics"), "E3")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(500, 12_000),
    st.integers(0, 200),
    st.text(max_size=300),
    st.sampled_from(["table", "metrics", "diff", "file"]),
    st.recursive(st.text(max_size=50) | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(max_size=5), x)),
)
def test_the_limit_holds(limit: int, rows: int, cell: str, kind: str, fact: Any) -> None:
    frame = pd.DataFrame({"file": cell, "line": 1, "text": [cell] * rows, "time": START, "signal": cell, "value": 1.0})
    result = ToolResult(kind, cell, cell * 9, frame, {"f": fact}, text=cell if rows == 1 else "")  # type: ignore[arg-type]
    assert len(text_for_model(result, "E3", limit)) <= limit
