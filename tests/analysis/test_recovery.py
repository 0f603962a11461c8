"""Whether a remedy helped, in figures."""

from __future__ import annotations

import math

import pytest

from aisre_nb.analysis.recovery import Levels, Verdict, by_alerts, judge, together

ERRORS = {"least": 0.005}


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        (Levels(0.001, 0.12, 0.002, **ERRORS), "recovered"),
        (Levels(0.001, 0.12, 0.05, **ERRORS), "improving"),
        (Levels(0.001, 0.12, 0.11, **ERRORS), "unchanged"),
        (Levels(0.001, 0.04, 0.026, **ERRORS), "unchanged"),  # chance
        (Levels(0.001, 0.12, 0.30, **ERRORS), "worse"),
        (Levels(0.001, 0.60, 0.09, **ERRORS), "improving"),  # nine in a hundred still fail
        (Levels(math.nan, 0.12, 0.001, **ERRORS), "recovered"),  # it failed all the time
        (Levels(math.nan, 0.012, 0.012, **ERRORS), "unchanged"),
        (Levels(0.001, 0.001, 0.002, **ERRORS), "unchanged"),
        (Levels(0.001, 0.001, 0.05, **ERRORS), "worse"),
        (Levels(0.100, 0.060, 0.100, least=0.005), "unchanged"),  # quick failures became slow successes
        (Levels(0.100, 2.000, 0.110, least=0.005), "recovered"),
        (Levels(0.100, 0.110, 0.140, least=0.005), "unchanged"),  # noise
        (Levels(50.0, 10.0, 49.0, "down"), "recovered"),
        (Levels(50.0, 48.0, 5.0, "down"), "worse"),
        (Levels(50.0, 48.0, 33.0, "down"), "unchanged"),  # traffic has its day
        (Levels(0.001, 0.12, math.nan, **ERRORS), "unchanged"),
    ],
)
def test_one_signal(levels: Levels, verdict: Verdict) -> None:
    assert judge(levels) == verdict


def test_the_first_that_was_off_leads_and_all_that_was_must_be_well() -> None:
    well, mended = Levels(10, 10, 10), Levels(0.1, 2, 0.1, least=0.01)
    better, worse = Levels(0.1, 2, 1, least=0.01), Levels(0.1, 2, 4, least=0.01)
    still, harmed = Levels(0.1, 2, 2, least=0.01), Levels(0.1, 0.1, 3, least=0.01)
    assert together([well, mended]) == together([mended, mended]) == "recovered"
    assert together([mended, still]) == together([better, mended]) == "improving"
    assert together([mended, harmed]) == "recovered"  # it serves again, and that takes its time
    assert together([still, mended]) == together([well]) == together([]) == "unchanged"
    assert together([worse, mended]) == together([still, harmed]) == together([well, harmed]) == "worse"


def test_where_no_signal_was_off_the_alerts_decide() -> None:
    assert by_alerts(["A"], []) == "recovered"
    assert by_alerts(["A", "B"], ["B"]) == "improving"
    assert by_alerts(["A"], ["A", "B"]) == by_alerts([], ["B"]) == by_alerts([], []) == "unchanged"
