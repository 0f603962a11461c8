"""Where an error begins."""

from __future__ import annotations

import pandas as pd

from aisre_nb.analysis.trace_origin import differences, origin


def _spans(*rows: tuple[str, str, str, bool]) -> pd.DataFrame:
    columns = ["span_id", "parent_span_id", "service", "error"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(operation="GET /" + frame["service"], message="why", start=pd.Timestamp("2026-03-01", tz="UTC"))


def test_the_deepest_failing_span_is_the_origin() -> None:
    found = origin(_spans(("1", "", "web", True), ("2", "1", "api", True), ("3", "2", "db", False)))
    assert found is not None and (found["service"], found["span_id"]) == ("api", "2")


def test_no_failing_span_is_no_origin_and_a_cycle_is_no_endless_loop() -> None:
    assert origin(_spans(("1", "", "web", False))) is None
    found = origin(_spans(("1", "2", "web", True), ("2", "1", "api", True)))
    assert found is not None


def test_missing_and_repeated_calls_are_told() -> None:
    bad = _spans(("1", "", "web", True), ("2", "1", "api", True), ("3", "1", "api", True))
    good = _spans(("1", "", "web", False), ("2", "1", "api", False), ("3", "2", "db", False))
    assert differences(bad, good) == ["missing in the failing one: db GET /db", "api GET /api: 2 times instead of 1"]
