"""Calibration: only what was answered counts, and the figures are the textbook's."""

from __future__ import annotations

import pytest

from aisre_nb.bench.calibration import calibration

from .rows import CONTROL, row


def test_bins_error_and_brier_score() -> None:
    rows = [row(confidence=0.8) for _ in range(4)] + [row(confidence=0.8, change="another"), row(confidence=1.0)]
    found = calibration(rows)
    assert [(b["n"], round(b["right"], 3)) for b in found["bins"]] == [(5, 0.8), (1, 1.0)]
    assert found["expected_error"] == pytest.approx(0.0)
    assert found["brier"] == pytest.approx((4 * 0.04 + 0.64) / 6)


def test_a_boast_is_seen() -> None:
    found = calibration([row(confidence=0.95, change="another"), row(confidence=0.95)])
    assert found["expected_error"] == pytest.approx(0.45)


def test_no_answer_is_none() -> None:
    rows = [row(outcome="inconclusive"), row(error="crashed"), row(confidence=None)]
    assert calibration(rows) == {"n": 0, "expected_error": None, "brier": None, "bins": []}
    assert calibration([*rows, row(truth=CONTROL, outcome="no_fault")])["n"] == 1
