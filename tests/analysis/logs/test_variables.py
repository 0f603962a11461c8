"""The texts in the variable positions of a line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.miner import mine
from aisre_nb.analysis.logs.variables import columns, variables


@pytest.mark.parametrize(
    ("line", "pattern", "expected"),
    [
        ("paid 12 to bob", "paid <*> to <*>", ["12", "bob"]),
        ("12 ms", "<*>", ["12 ms"]),
        ("ab", "ab", []),
        ("a to b to c", "<*> to <*>", ["a", "b to c"]),
        ("paid 12", "paid <*> to <*>", None),
        ("unpaid 12 to bob", "paid <*> to <*>", None),
        ("ab", "abc", None),
        (" paid 1\nat x", "paid <*>", ["1"]),
    ],
)
def test_the_parts_between_the_constants(line: str, pattern: str, expected: list[str] | None) -> None:
    assert variables(line, pattern) == expected


def test_each_position_is_a_column_with_gaps_where_a_line_does_not_fit() -> None:
    assert columns(["a 1 b 2", "x", "a 3 b 4"], "a <*> b <*>") == [["1", None, "3"], ["2", None, "4"]]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100), st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_read_without_an_error(line: str, parts: list[str]) -> None:
    found = variables(line, "<*>".join(parts))
    assert found is None or all(len(text) <= 200 for text in found)


def test_a_mined_pattern_fits_its_lines() -> None:
    lines = [f"order {n} of user u{n % 7} took {n} ms at 10.0.0.{n}:80" for n in range(30)]
    mined = mine(lines)
    assert all(variables(line, mined.patterns[n]) is not None for line, n in zip(lines, mined.ids, strict=True))
