"""The checks: what holds passes, and what does not says which number contradicts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.check import check_claims
from aisre_nb.report.report import Check, CheckedClaim, Claim, ReportDraft

Known = dict[str, Evidence]
AT = "2026-11-23T11:00:00Z"


def _run(known: Known, *cites: str, **check: Any) -> CheckedClaim:
    claim = Claim(text="it is so", evidence=list(cites) or [check["evidence"]], check=Check(**check))
    checked, dropped = check_claims(ReportDraft(outcome="root_cause", claims=[claim]), known)
    assert not dropped
    return checked[0]


@pytest.mark.parametrize(
    "check",
    [
        {"evidence": "E1", "column": "signals.error_rate.after", "expected": 0.12},
        {"evidence": "E1", "column": "facts.signals.error_rate.after", "expected": 0.118},
        {"evidence": "E1", "column": "signals.error_rate.after", "expected": "12 %"},
        {"evidence": "E2", "column": "changes.0.to", "expected": "0.2.0"},
        {"evidence": "E2", "column": "changes.-1.time", "expected": "2026-11-23T11:58:20+01:00"},
        {"evidence": "E2", "column": "to", "where": {"service": "mail"}, "expected": "1.1"},
        {"evidence": "E2", "column": "time", "where": {"service": "orders"}, "expected": "2026-11-23T10:58:20Z"},
        {"evidence": "E2", "column": "to", "where": {"attributes.env.name": "prod"}, "expected": "0.2.0"},
        {"evidence": "E2", "column": "to", "where": {"time": "2026-11-23T10:58:20Z"}, "expected": "0.2.0"},
        {"evidence": "E3", "column": "files", "expected": "A.PY"},
        {"evidence": "E3", "column": "a.b", "expected": 7},
        {"evidence": "E4", "column": "count", "aggregate": "sum", "expected": 50},
        {"evidence": "E4", "column": "count", "aggregate": "max", "where": {"severity": "error"}, "expected": 41},
        {"evidence": "E4", "aggregate": "count", "expected": 2},
        {"evidence": "E4", "aggregate": "count", "where": {"count": "9.0"}, "expected": 1},
        {"evidence": "E4", "column": "exception", "expected": "none"},
        {"evidence": "E5", "column": "firing", "expected": 0},
        {"evidence": "E5", "column": "ok", "expected": "true"},
    ],
    ids=lambda check: f"{check['evidence']} {check.get('column')}",
)
def test_a_value_that_is_as_claimed_passes(known: Known, check: dict[str, Any]) -> None:
    claim = _run(known, kind="value", **check)
    assert (claim.result, claim.detail) == ("passed", "")


@pytest.mark.parametrize(
    ("check", "detail"),
    [
        ({"evidence": "E1", "column": "signals.error_rate.after", "expected": 0.2}, "is 0.12, not 0.2"),
        ({"evidence": "E4", "column": "count", "aggregate": "sum", "expected": 90}, "count is 50, not 90"),
        ({"evidence": "E4", "column": "count", "expected": 41}, "2 different values"),
        ({"evidence": "E4", "column": "nothing", "expected": 1}, "no column 'nothing'"),
        ({"evidence": "E4", "column": "count", "where": {"pod": "x"}, "expected": 1}, "no column 'pod'"),
        ({"evidence": "E4", "column": "count", "where": {"severity": "FATAL"}, "expected": 41}, "no values"),
        ({"evidence": "E4", "column": "pattern", "aggregate": "mean", "expected": 1}, "cannot be run"),
        ({"evidence": "E5", "column": "signals.x", "expected": 1}, "no fact 'signals.x'"),
        ({"evidence": "E5", "column": "ratio", "expected": 1}, "not a number"),
        ({"evidence": "E5", "column": "firing", "expected": 1}, "firing is 0, not 1"),
        ({"evidence": "E5", "column": "firing"}, "no expected value"),
        ({"evidence": "E5", "aggregate": "count", "expected": 1}, "no rows"),
        ({"evidence": "E5", "column": "at", "expected": "2026-11-23T10:59:00Z"}, "is 2026-11-23T10:58:00Z, not"),
        ({"evidence": "E9", "column": "x", "expected": 1}, "E9, which does not exist"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_value_that_is_not_as_claimed_says_what_it_is(known: Known, check: dict[str, Any], detail: str) -> None:
    claim = _run(known, "E1", kind="value", **check)
    assert claim.result == "failed" and detail in claim.detail


def test_a_filter_counts_more_than_a_fact_of_the_same_name(evidence: Callable[..., Evidence]) -> None:
    frame = pd.DataFrame({"service": ["a", "b"], "errors": [1, 2]})
    known = {"E1": evidence("E1", "services", frame, errors=3)}
    where = {"service": "b"}
    assert _run(known, kind="value", evidence="E1", column="errors", where=where, expected=2).result == "passed"
    assert _run(known, kind="value", evidence="E1", column="errors", expected=3).result == "passed"
    assert _run(known, kind="value", evidence="E1", column="errors", where=where, expected=3).result == "failed"


@pytest.mark.parametrize(
    ("signal", "direction", "passes"),
    [
        ("error_rate", "up", True),
        ("error_rate", "down", False),
        ("request_rate", "down", True),
        ("latency_p95", "up", False),
        ("nothing", "up", False),
    ],
)
def test_a_change_is_computed_again(known: Known, signal: str, direction: str, passes: bool) -> None:
    claim = _run(
        known, kind="changed", evidence="E1", signal=signal, direction=direction, at="2026-11-23T12:00:00+01:00"
    )
    assert claim.result == ("passed" if passes else "failed")
    if signal == "error_rate" and not passes:
        assert "was 0.001 before 2026-11-23T11:00:00Z and 0.12 after" in claim.detail


def _series(values: list[float], signal: str = "error_rate") -> pd.DataFrame:
    times = pd.date_range("2026-11-23T10:00Z", periods=len(values), freq="1min")
    return pd.DataFrame({"time": times, "signal": signal, "value": values, "service": "a"})


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        ([0.0] * 60 + [0.1] * 10 + [0.0] * 60, True),
        ([0.0] * 60 + [0.001] * 60, False),
        ([0.05, 0.15] * 30 + [0.13] * 60, False),
        ([0.1] * 60 + [0.11] * 60, False),
        ([0.1] * 60 + [float("nan")] * 60, False),
        ([0.1] * 50, False),
    ],
    ids=["went away again", "too small a share", "within the noise", "a tenth", "no values after", "no points after"],
)
def test_a_change_must_matter(evidence: Callable[..., Evidence], values: list[float], passes: bool) -> None:
    known = {"E1": evidence("E1", "metrics", _series(values))}
    claim = _run(known, kind="changed", evidence="E1", signal="error_rate", direction="up", at=AT)
    assert claim.result == ("passed" if passes else "failed"), claim.detail


def test_a_change_of_several_services_must_name_one(evidence: Callable[..., Evidence]) -> None:
    up, flat = _series([0.0] * 60 + [0.2] * 60), _series([0.0] * 120).assign(service="b")
    known = {"E1": evidence("E1", "metrics", pd.concat([up, flat]))}
    check = {"kind": "changed", "evidence": "E1", "signal": "error_rate", "direction": "up", "at": AT}
    assert "several services" in _run(known, **check).detail
    assert _run(known, **check, where={"service": "a"}).result == "passed"
    assert _run(known, **check, where={"service": "b"}).result == "failed"


def test_a_wide_frame_has_signals_too(evidence: Callable[..., Evidence]) -> None:
    wide = _series([1.0] * 60 + [5.0] * 60).rename(columns={"value": "queue"}).drop(columns="signal")
    wide["time"] = wide["time"].dt.tz_localize(None)
    known = {"E1": evidence("E1", "table", wide)}
    assert _run(known, kind="changed", evidence="E1", signal="queue", direction="up", at=AT).result == "passed"
    known = {"E1": evidence("E1", "table", wide.drop(columns="time"))}
    assert "no times" in _run(known, kind="changed", evidence="E1", signal="queue", direction="up", at=AT).detail


@pytest.mark.parametrize(
    ("at", "than", "detail"),
    [
        ("2026-11-23T10:58:20Z", AT, ""),
        ("2026-11-23T11:58:20+01:00", "2026-11-23T11:00:30Z", ""),
        (AT, "2026-11-23T10:58:20Z", "2026-11-23T11:00:00Z is after 2026-11-23T10:58:20Z"),
        ("2026-11-23T08:00:00Z", AT, "2026-11-23T08:00:00Z is not in E2, E1"),
        ("2026-11-23T10:58:20Z", "2026-11-23T17:00:00Z", "2026-11-23T17:00:00Z is not in"),
        ("some day", AT, "cannot be run"),
        ("", "", "cannot be run"),
    ],
)
def test_an_order_in_time_holds_between_times_of_the_evidence(known: Known, at: str, than: str, detail: str) -> None:
    claim = _run(known, "E2", "E1", kind="before", evidence="E2", at=at, than=than)
    assert claim.result == ("failed" if detail else "passed") and detail in claim.detail


def test_rounded_times_do_not_turn_an_order_round(evidence: Callable[..., Evidence]) -> None:
    known = {"E1": evidence("E1", "deployments", None, deployed="2026-11-23T10:00:50Z", onset="2026-11-23T10:00:10Z")}
    claim = _run(known, kind="before", evidence="E1", at="2026-11-23T10:00:40Z", than="2026-11-23T10:00:45Z")
    assert claim.result == "passed"
    known = {"E1": evidence("E1", "deployments", None, deployed="2026-11-23T10:02:50Z", onset="2026-11-23T10:01:59Z")}
    claim = _run(known, kind="before", evidence="E1", at="2026-11-23T10:02:30Z", than="2026-11-23T10:02:20Z")
    assert claim.result == "failed"
    claim = _run(known, kind="before", evidence="E1", at="2026-11-23T10:02:28Z", than="2026-11-23T10:02:20Z")
    assert claim.result == "failed"
    claim = _run(known, kind="before", evidence="E1", at="2026-11-23T10:02:26Z", than="2026-11-23T10:02:24Z")
    assert claim.result == "failed"


def test_times_written_as_text_in_a_column_count(evidence: Callable[..., Evidence]) -> None:
    frame = pd.DataFrame({"first_seen": ["2026-11-23T10:00:00Z", "2026-11-23T10:05:00Z"]})
    known = {"E1": evidence("E1", "logs", frame)}
    check = {"kind": "before", "evidence": "E1", "at": "2026-11-23T10:00:00Z"}
    assert _run(known, **check, than="2026-11-23T10:05:00Z").result == "passed"
    assert _run(known, **check, than="2026-11-23T10:09:00Z").result == "failed"


@pytest.mark.parametrize(
    ("check", "there"),
    [
        ({"evidence": "E3", "expected": "total = 0"}, True),
        ({"evidence": "E3", "expected": "+    if vip:\n+        total = 0"}, True),
        ({"evidence": "E3", "expected": "if  vip:"}, True),
        ({"evidence": "E3", "expected": "total = 1"}, False),
        ({"evidence": "E4", "expected": "UnboundLocalError", "where": {"severity": "ERROR"}}, True),
        ({"evidence": "E4", "expected": "UnboundLocalError", "where": {"severity": "INFO"}}, False),
        ({"evidence": "E4", "expected": "UnboundLocalError", "column": "severity"}, False),
        ({"evidence": "E4", "expected": 41}, True),
        ({"evidence": "E2", "expected": "0.2.0", "column": "changes"}, True),
        ({"evidence": "E5", "expected": "10:58:00"}, True),
    ],
    ids=str,
)
def test_contains_and_absent_are_each_others_opposite(known: Known, check: dict[str, Any], there: bool) -> None:
    assert _run(known, kind="contains", **check).result == ("passed" if there else "failed")
    assert _run(known, kind="absent", **check).result == ("failed" if there else "passed")


@pytest.mark.parametrize(
    "check",
    [
        {"evidence": "E3", "expected": "  "},
        {"evidence": "E3"},
        {"evidence": "E4", "expected": "x", "column": "nothing"},
        {"evidence": "E4", "expected": "x", "where": {"severity": "FATAL"}},
        {"evidence": "E0", "expected": "x"},
    ],
    ids=str,
)
def test_neither_passes_where_there_is_nothing_to_look_at(
    known: Known, evidence: Callable[..., Evidence], check: dict[str, Any]
) -> None:
    known = {**known, "E0": evidence("E0", "alerts", None)}
    assert {_run(known, kind=kind, **check).result for kind in ("contains", "absent")} == {"failed"}


def test_a_text_that_goes_over_a_files_lines_is_found(evidence: Callable[..., Evidence]) -> None:
    known = {"E1": evidence("E1", "file", pd.DataFrame({"line": [1, 2], "text": ["def f():", "    return x"]}))}
    assert _run(known, kind="contains", evidence="E1", expected="def f():\n    return x").result == "passed"


@pytest.mark.parametrize("kind", ["value", "changed", "before", "contains", "absent"])
@pytest.mark.parametrize("number", ["E1", "E2", "E3", "E4", "E5", "E6", "", "../E1"])
@pytest.mark.parametrize(
    "rest",
    [
        {},
        {"column": "value", "aggregate": "mean", "expected": "x", "where": {"": ""}, "signal": "value"},
        {"column": "...", "expected": 1e308, "at": "9999-12-31T23:59:59-14:00", "than": "0001-01-01T00:00:00+14:00"},
        {"column": "pattern", "aggregate": "sum", "expected": "[", "at": "99999999999d ago", "than": "now"},
    ],
    ids=["empty", "odd", "extreme", "broken"],
)
def test_no_check_raises(known: Known, kind: str, number: str, rest: dict[str, Any]) -> None:
    claim = _run(known, "E1", kind=kind, evidence=number, **rest)
    assert claim.result in ("passed", "failed") and "\n" not in claim.detail
