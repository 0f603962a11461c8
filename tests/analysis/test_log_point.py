"""The place that wrote a line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.log_point import log_points


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("12:00:01.250 INFO  o.s.OrderServiceImpl#65 TraceID: 1a2b [query]", "o.s.OrderServiceImpl#65"),
        ("2031-05-06 ERROR (views.py:88) cannot divide", "views.py:88"),
        ("ERROR o.a.c.C.[.[/].[dispatcher]#175 failed", "o.a.c.C.[.[/].[dispatcher]#175"),
    ],
)
def test_a_layout_that_names_the_place_is_believed(line: str, place: str) -> None:
    assert log_points(["a"], [line]) == [place]


def test_without_a_place_the_text_without_what_varies_tells() -> None:
    lines = [f"sold {n} of SKU-{n}X to user{n} at 10.0.0.{n}:8080" for n in range(5)] + ["sold out"]
    found = log_points(["a"] * 6, lines)
    assert len(set(found[:5])) == 1 and found[5] != found[0]


def test_a_host_with_a_port_or_a_time_is_no_place() -> None:
    first, second = log_points(["a", "a"], ["connect to db:5432 at 10:20:30", "bye from db:5432"])
    assert first != second and "5432" not in first


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), max_size=8))
def test_any_text_has_one_place_and_equal_texts_the_same(lines: list[str]) -> None:
    found = log_points(["a"] * len(lines), lines)
    assert len(found) == len(lines)
    assert all(found[n] == found[lines.index(line)] for n, line in enumerate(lines))


def test_a_line_of_a_megabyte_and_one_of_binary_take_no_time() -> None:
    begun = time.perf_counter()
    lines = [f"{n} {'x' * 4000}" for n in range(50)]
    log_points(["a"] * 52, ["x" * 1_000_000 + "#1", "\x00\xff" * 500_000, *lines])
    assert time.perf_counter() - begun < 1.0
