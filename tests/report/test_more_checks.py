"""Comparisons, shares, onsets, first sightings, and faults that travel along the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks import CHECKS
from aisre_nb.report.report import Check

Known = dict[str, Evidence]
START = pd.Timestamp("2026-11-23T10:00Z")


def _run(known: Known, **check: Any) -> str:
    """What contradicts it; empty where it holds."""
    made = Check(**check)
    return CHECKS[made.kind](made, known[made.evidence], list(known.values()))


@pytest.mark.parametrize(
    ("op", "expected", "holds"),
    [
        ("<", 0.2, True), ("<", 0.12, False), ("<=", 0.12, True), (">", 0.1, True), (">=", 0.13, False),
        ("!=", 0.5, True), ("!=", 0.12, False), ("=", 0.12, True),
    ],
)  # fmt: skip
def test_a_value_is_compared_as_it_is_claimed(known: Known, op: str, expected: float, holds: bool) -> None:
    said = _run(known, kind="value", evidence="E1", column="signals.error_rate.after", op=op, expected=expected)
    assert (said == "") is holds, said
    assert holds or "0.12" in said


def test_a_text_is_compared_for_being_the_same_only(known: Known) -> None:
    told = {"kind": "value", "evidence": "E2", "column": "changes.0.to"}
    assert _run(known, **told, op="!=", expected="9.9") == ""
    assert "is 0.2.0, not != 0.2.0" in _run(known, **told, op="!=", expected="0.2.0")
    assert "which is not >" in _run(known, **told, op=">", expected="0.1.0")


def test_a_tolerance_ends_at_a_half() -> None:
    with pytest.raises(ValueError, match="less than or equal to"):
        Check(kind="value", evidence="E1", tolerance=0.9)


@pytest.mark.parametrize(
    ("column", "where", "expected", "said"),
    [
        ("count", {"severity": "ERROR"}, 0.82, ""),
        ("count", {"severity": "ERROR"}, "82 %", ""),
        ("", {"severity": "ERROR"}, 0.5, ""),
        ("count", {"severity": "INFO"}, 0.82, "the share is 0.18, not 0.82"),
        ("count", {}, 1.0, "picks no rows"),
        ("nothing", {"severity": "INFO"}, 0.1, "no column"),
    ],
)
def test_a_share_is_of_all_rows(known: Known, column: str, where: dict[str, str], expected: Any, said: str) -> None:
    try:
        found = _run(known, kind="share", evidence="E4", column=column, where=where, expected=expected)
    except Exception as error:
        found = str(error)
    assert said in found and bool(said) == bool(found), found


@pytest.mark.parametrize(
    ("signal", "at", "direction", "said"),
    [
        ("error_rate", "2026-11-23T11:00:00Z", "up", ""),
        ("error_rate", "2026-11-23T11:01:30Z", "up", ""),
        ("error_rate", "2026-11-23T11:10:00Z", "up", "at 2026-11-23T11:00:00Z, not at 2026-11-23T11:10:00Z"),
        ("error_rate", "2026-11-23T11:00:00Z", "down", "did not shift down"),
        ("request_rate", "2026-11-23T11:00:00Z", "down", ""),
        ("latency_p95", "2026-11-23T11:00:00Z", "up", "did not shift up"),
    ],
)
def test_an_onset_is_a_change_point_of_the_series(
    known: Known, signal: str, at: str, direction: str, said: str
) -> None:
    found = _run(known, kind="onset", evidence="E1", signal=signal, at=at, direction=direction)
    assert said in found and bool(said) == bool(found), found


def test_what_was_first_seen_when(evidence: Callable[..., Evidence]) -> None:
    times = [START + pd.Timedelta(minutes=m) for m in (3, 9, 20)]
    frame = pd.DataFrame({"pattern": ["ok", "boom", "boom"], "first_seen": times})
    known = {"E1": evidence("E1", "logs", frame)}
    boom = {"kind": "first_seen", "evidence": "E1", "expected": "boom"}
    assert _run(known, **boom, at="2026-11-23T10:09:20Z") == ""
    assert "first seen at 2026-11-23T10:09:00Z" in _run(known, **boom, at="2026-11-23T10:20:00Z")
    assert _run(known, kind="first_seen", evidence="E1", where={"pattern": "ok"}, at="2026-11-23T10:03:00Z") == ""
    assert "no such row" in _run(known, kind="first_seen", evidence="E1", expected="bang", at="2026-11-23T10:09:00Z")


def _two(evidence: Callable[..., Evidence], ours: int, theirs: int, calls: list[dict[str, str]]) -> Known:
    """Two services' error rates that jump at these minutes, and who calls whom."""
    times = pd.date_range(START, periods=60, freq="1min")
    parts = []
    for service, jump, noise in (("cart", ours, 5), ("checkout", theirs, 7)):
        values = [float(n >= jump) + 0.001 * (n * 3 % noise) for n in range(60)]
        parts.append(pd.DataFrame({"time": times, "service": service, "signal": "error_rate", "value": values}))
    graph = evidence("E2", "services", None, calls=calls)
    return {"E1": evidence("E1", "metrics", pd.concat(parts)), "E2": graph}


@pytest.mark.parametrize(
    ("ours", "theirs", "calls", "said"),
    [
        (20, 21, [{"caller": "checkout", "callee": "cart"}], ""),
        (20, 20, [{"caller": "checkout", "callee": "cart"}], ""),
        (30, 20, [{"caller": "checkout", "callee": "cart"}], "checkout moved first"),
        (20, 21, [{"caller": "cart", "callee": "checkout"}], "no cited evidence shows that checkout calls cart"),
        (20, 59, [{"caller": "checkout", "callee": "cart"}], "do not move together"),
    ],
)
def test_a_fault_travels_from_the_called_to_the_caller(
    evidence: Callable[..., Evidence], ours: int, theirs: int, calls: list[dict[str, str]], said: str
) -> None:
    known = _two(evidence, ours, theirs, calls)
    found = _run(
        known, kind="correlated", evidence="E1", signal="error_rate", where={"service": "cart"}, caller="checkout"
    )
    assert said in found and bool(said) == bool(found), found


def test_spans_show_who_calls_whom(evidence: Callable[..., Evidence]) -> None:
    known = _two(evidence, 20, 21, [])
    spans = {"span_id": ["a", "b"], "parent_span_id": ["", "a"], "service": ["checkout", "cart"]}
    known["E2"] = evidence("E2", "trace", pd.DataFrame(spans))
    told = {"kind": "correlated", "evidence": "E1", "signal": "error_rate", "where": {"service": "cart"}}
    assert _run(known, **told, caller="checkout") == ""


def test_a_time_within_a_long_series_is_no_instant_of_it(evidence: Callable[..., Evidence]) -> None:
    """A series has a point every minute: an order may not rest on any of them."""
    times = pd.date_range(START, periods=120, freq="1min")
    frame = pd.DataFrame({"time": times, "service": "a", "signal": "x", "value": [float(n > 90) for n in range(120)]})
    known = {"E1": evidence("E1", "metrics", frame, onset="2026-11-23T11:31:00Z")}
    told = {"kind": "before", "evidence": "E1", "than": "2026-11-23T11:31:00Z"}
    assert "2026-11-23T10:40:00Z is not in E1" in _run(known, **told, at="2026-11-23T10:40:00Z")
    assert _run(known, **told, at="2026-11-23T10:00:00Z") == ""
