"""Two runs: what was mended, what was broken, and how sure that is."""

from __future__ import annotations

import pytest

from aisre_nb.bench.compare import compare, lines

from .rows import row


def test_mended_and_broken_cases_are_named() -> None:
    before = [row("a", change="another"), row("b"), row("c"), row("gone")]
    after = [row("a"), row("b", error="crashed"), row("c"), row("new")]
    found = compare(before, after)
    assert [one["name"] for one in found["mended"]] == ["a seed 1"]
    assert [one["name"] for one in found["broken"]] == ["b seed 1"]
    assert found["only_before"] == ["gone seed 1"] and found["only_after"] == ["new seed 1"] and found["cases"] == 3
    assert "crashed" in found["broken"][0]["after"]
    text = "\n".join(lines(found))
    assert "1 mended, 1 broken" in text and "a seed 1" in text


def test_figures_are_of_the_cases_that_both_have() -> None:
    before = [row("a", ranked=("x",)), row("b", ranked=("x",)), row("gone")]
    found = compare(before, [row("a"), row("b")])["figures"]["top1"]
    assert (found["before"], found["after"], found["difference"], found["n"]) == (0.0, 1.0, pytest.approx(1.0), 2)
    assert found["low"] == found["high"] == 1.0


def test_repeats_are_a_case_that_is_right_more_often() -> None:
    before = [row("a", repeat=1), row("a", repeat=2, change="another")]
    found = compare(before, [row("a", repeat=1), row("a", repeat=2)])
    assert [one["name"] for one in found["mended"]] == ["a seed 1"]


def test_runs_that_share_nothing_are_compared_without_failing() -> None:
    found = compare([row("a")], [row("b")])
    assert found["cases"] == 0 and found["figures"] == {} and lines(found)
