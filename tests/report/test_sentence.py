"""What a sentence states: numbers with their units, times, names; never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.report.sentence import read


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("rose from 0.1 % to 12.3 %", [(0.1, "%"), (12.3, "%")]),
        ("p95 of 450 ms, 1.2 s before", [(450, "ms"), (1.2, "s")]),
        ("41 times, ×3, 2x", [(41, "x"), (3, "x"), (2, "x")]),
        ("12,400 requests in 5 minutes", [(12400, ""), (5, "min")]),
        ("1.23e+03 requests", [(1230, "")]),
        ("five percentage points more: 7 percentage points", [(7, "%"), (5, "word")]),
        ("half of ninety pods", [(50, "%"), (90, "word")]),
        ("E12 and [E3] cite, 5XX and p99 name", []),
        ("node-5, v1.2.3, 1024Mi, a.py:41 and 7f9c6d5b4e are names", []),
    ],
)
def test_numbers_with_their_units(text: str, numbers: list[tuple[float, str]]) -> None:
    assert [(n.value, n.unit) for n in read(text).numbers] == numbers


def test_how_exact_a_number_is() -> None:
    slack = {n.text: n.slack for n in read("12 and 12.34 and about 500").numbers}
    assert slack["12"] == pytest.approx(0.5, rel=1e-3) and slack["12.34"] == pytest.approx(0.005, rel=1e-3)
    assert slack["about 500"] == 50


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cart logs `discount = ZERO` at services/cart/totals.py:39",
         ["discount = ZERO", "services/cart/totals.py:39"]),
        ("api-gateway raises UnboundLocalError", ["api-gateway", "UnboundLocalError"]),
        ("a follow-up of the read-only, user-facing time-out", []),
        ("It says “disk full” on node-5.", ["disk full", "node-5"]),
        ("Then Kafka stopped. Redis too.", ["Kafka"]),
        ("GET /cart/{user_id}/quote fails", ["/cart/{user_id}/quote"]),
        ("cart 0.1.0 → 0.2.0-rc1", ["0.1.0", "0.2.0-rc1"]),
    ],
)  # fmt: skip
def test_names_that_evidence_must_hold(text: str, names: list[str]) -> None:
    assert sorted(read(text).names) == sorted(names)


def test_times_of_day_and_instants() -> None:
    found = read("at 14:46:30 UTC, 9:05, 2026-11-23T10:00:00Z and on 2026-11-24, not a.py:12 nor 1:2:3:4")
    assert [c.text for c in found.clocks][:3] == ["2026-11-23T10:00:00Z", "14:46:30", "9:05"]
    assert found.dates == ["2026-11-24"] and len(found.clocks) == 3


def test_words_that_need_a_check() -> None:
    assert read("the release caused it").causal and not read("the release came first").causal
    assert read("all requests fail").sweeping == "all" and read("it did not fail").sweeping == "not"
    assert read("requests fail").sweeping == ""
    moves = {"errors rose": "up", "errors fell": "down", "errors did not rise": "flat", "rose, then fell": ""}
    assert {text: read(text).movement for text in moves} == moves


def test_what_became_what() -> None:
    assert read("cart 0.1.0 → 0.2.0 and a flag (25 % → 50 %)").pairs == [("0.1.0", "0.2.0"), ("25 %", "50 %")]


@given(st.text(max_size=300))
def test_whatever_is_written_can_be_read(text: str) -> None:
    found = read(text)
    assert found.text == text and all(n.slack >= 0 for n in found.numbers)


@given(st.floats(min_value=0.001, max_value=1e6, allow_nan=False), st.sampled_from(["%", "ms", "s", "x", ""]))
def test_a_number_is_read_as_it_was_written(value: float, unit: str) -> None:
    written = f"{value:.3g}"
    found = read(f"it is {written} {unit}".strip()).numbers
    assert len(found) == 1 and abs(found[0].value - value) <= found[0].slack * 1.001
    assert found[0].unit == unit
