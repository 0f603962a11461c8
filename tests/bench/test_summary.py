"""Summaries: each figure over the cases that can say it."""

from __future__ import annotations

import pytest

from aisre_nb.bench.summary import FIGURES, summary
from aisre_nb.bench.told import case_lines, summary_lines

from .rows import CONTROL, row


def test_each_figure_has_its_own_n() -> None:
    rows = [
        row("a"),
        row("b", change="another"),
        row("c", truth=CONTROL),
        row("d", truth=CONTROL, outcome="no_fault"),
        row("e", error="crashed"),
    ]
    found = summary(rows)
    assert (found["runs"], found["faults"], found["controls"], found["errors"]) == (5, 3, 2, 1)
    assert found["top1"]["value"] == pytest.approx(2 / 3) and found["top1"]["n"] == 3
    assert found["top1"]["floor"] == 1.0 and found["top1"]["floor_services"] == ["cart"]
    assert found["top1"]["chance"] == pytest.approx(1 / 4)
    assert found["no_invented_cause"]["value"] == 0.5 and found["no_invented_cause"]["n"] == 2
    # Of three causes given one is right: another has the wrong change, and one accuses where nothing is wrong.
    assert found["cause_right"]["value"] == pytest.approx(1 / 3)
    assert found["outcomes"]["root_cause"] == {"root_cause": 2, "error": 1}
    assert found["cost_usd"]["total"] == pytest.approx(1.0)


def test_a_floor_counts_a_case_once() -> None:
    found = summary([row("a", repeat=n) for n in (1, 2, 3)])
    assert found["cases"] == 1 and found["top1"]["n"] == 1 and found["runs"] == 3


def test_nothing_is_told_without_failing() -> None:
    assert all(summary([])[figure]["n"] == 0 for figure in FIGURES)
    assert case_lines([]) == [] and summary_lines(summary([]))


def test_what_a_stranger_wrote_does_not_steer_the_terminal() -> None:
    lines = case_lines([row("a\x1b[2J", ranked=("x\x1b[31m\u202e",), error="")])
    assert not any(c in "".join(lines) for c in "\x1b\u202e")
