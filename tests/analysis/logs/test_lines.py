"""Bodies as lines: the first line of each, bounded, equal ones once, in chunks."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.lines import LONGEST, chunks, distinct


def _lines(bodies: object) -> list[str]:
    texts, inverse = distinct(bodies)  # type: ignore[arg-type]
    return [texts[n].as_py() for n in inverse.tolist()]


def test_equal_lines_are_looked_at_once() -> None:
    texts, inverse = distinct(["a", "b", "a", "a"])
    assert texts.to_pylist() == ["a", "b"] and inverse.tolist() == [0, 1, 0, 0]


def test_lines_that_mostly_differ_are_left_as_they_are() -> None:
    texts, inverse = distinct([f"line {n}" for n in range(5000)])
    assert len(texts) == 5000 and inverse.tolist() == list(range(5000))


@pytest.mark.parametrize("dtype", ["str", object, "string"])
def test_a_column_of_any_kind_is_read(dtype: str) -> None:
    assert _lines(pd.Series(["a\nb", None, "\n c", "d" * 5000], dtype=dtype)) == ["a", "", "c", "d" * LONGEST]


def test_what_is_no_text_is_read_as_text() -> None:
    assert _lines(iter(["a", b"\xff"])) == ["a", "\ufffd"]
    assert _lines([1, b"\xff", None, float("nan"), "\ud800"]) == ["1", "\ufffd", "", "", "?"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n", codec="utf-8"), max_size=30)))
def test_chunks_hold_each_line_once_and_in_order(lines: list[str]) -> None:
    texts, _ = distinct(lines)
    found = [line for _, text in chunks(texts) for line in text.decode().split("\n")[:-1]]
    assert found == texts.to_pylist()
