"""Lines that differ in numbers and ids are one pattern; what is new since the onset comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from aisre_nb.analysis.log_patterns import patterns

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def _records(*lines: tuple[int, str, str]) -> pd.DataFrame:
    rows = [{"time": START + timedelta(minutes=m), "service": "x", "severity": s, "body": b} for m, s, b in lines]
    return pd.DataFrame(rows, columns=["time", "service", "severity", "body"])


def test_numbers_ids_and_addresses_do_not_make_patterns() -> None:
    lines = [
        (n, "info", f"paid order {n} from 10.0.0.{n} in {n}.5 ms, id {n:08x}-aaaa-bbbb-cccc-0123456789ab")
        for n in range(20)
    ]
    found = patterns(_records(*lines), None)
    assert len(found) == 1 and found.iloc[0]["count"] == 20


def test_what_is_new_since_the_onset_comes_first_with_its_counts() -> None:
    onset = START + timedelta(minutes=10)
    lines = [(n, "info", f"served {n}") for n in range(20)] + [(n, "error", f"boom {n}") for n in range(12, 15)]
    found = patterns(_records(*lines), onset)
    first, second = found.to_dict("records")
    assert first["new"] and (first["severity"], first["before"], first["after"]) == ("error", 0, 3)
    assert not second["new"] and (second["before"], second["after"]) == (10, 10)


def test_records_without_service_or_severity_are_counted() -> None:
    records = _records((0, "info", "a 1"), (1, "info", "a 2")).assign(severity=[None, "info"], service=None)
    assert patterns(records, START)["count"].tolist() == [1, 1]


def test_no_records_are_no_patterns() -> None:
    assert list(patterns(_records(), None).columns)[:2] == ["pattern", "severity"]


def test_what_becomes_of_a_pattern_takes_the_lengths_of_the_windows_into_account() -> None:
    onset = START + timedelta(minutes=60)
    lines = [(n, "info", f"steady {n}") for n in range(80)]
    lines += [(n, "info", f"beat {n}") for n in range(60)]
    lines += [(n, "warn", f"retry {n}") for n in range(0, 60, 6)] + [
        (60 + n // 2, "warn", f"retry {n}") for n in range(40)
    ]
    lines += [(70, "error", f"boom {n}") for n in range(3)]
    found = patterns(_records(*lines), onset).set_index("pattern")
    assert found["change"].to_dict() == {
        "boom <*>": "new",
        "retry <*>": "surging",
        "steady <*>": "",
        "beat <*>": "gone",
    }
    assert found.loc["retry <*>", "ratio"] > 5 and found.loc["beat <*>", "p_value"] < 0.01


def test_nothing_is_new_where_nobody_knows_what_was_before() -> None:
    records = _records(*[(n, "error", f"boom {n}") for n in range(10, 20)])
    onset = START + timedelta(minutes=10)
    assert patterns(records, onset, start=START)["new"].all()
    later = patterns(records, onset, start=onset)
    assert not later["new"].any() and later["change"].tolist() == [""]
