"""What failing records have that healthy ones do not."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.log_patterns import named
from aisre_nb.analysis.logs.separating import failing, separating


def _records(count: int, **fields: Any) -> pd.DataFrame:
    """Half of them fail; each field is a function of the record's number and of whether it fails."""
    rows = []
    for n in range(count):
        bad = n % 2 == 0
        attributes = {name.replace("_", "."): make(n, bad) for name, make in fields.items() if name != "body"}
        body = fields["body"](n, bad) if "body" in fields else "served"
        rows.append({"body": body, "severity": "error" if bad else "info", "attributes": attributes})
    return pd.DataFrame(rows)


def _found(records: pd.DataFrame) -> pd.DataFrame:
    return separating(records, failing(records), named(records))


def test_the_value_that_failing_records_share_is_named_with_lift_and_support() -> None:
    chance = random.Random(1)
    records = _records(
        200,
        pod=lambda n, bad: f"web-{chance.randrange(4)}",
        version=lambda n, bad: "2.1" if bad or n % 10 == 1 else "2.0",
        exception_type=lambda n, bad: "KeyError" if bad else None,
        request_id=lambda n, bad: f"r{n}",
    )
    first = _found(records).iloc[0]
    assert len(_found(records)) == 1
    assert (first["field"], first["value"], first["failing"], first["healthy"]) == ("version", "2.1", 100, 20)
    assert first["support"] == 1.0 and first["lift"] == pytest.approx(200 / 120) and first["p_value"] < 1e-6


def test_the_variable_part_of_a_pattern_that_separates_is_named() -> None:
    gateways = ["alpha", "beta", "gamma", "delta", "epsilon"]
    records = _records(200, body=lambda n, bad: f"charged {n} by gateway {gateways[4 if bad else n // 2 % 4]} today")
    first = _found(records).iloc[0]
    assert (first["field"], first["value"]) == ("charged <*> by gateway <*> today #2", "epsilon")


def test_values_that_do_not_differ_are_not_named() -> None:
    chance = random.Random(2)
    fields = {f"field{k}": lambda n, bad: f"v{chance.randrange(5)}" for k in range(40)}
    assert _found(_records(400, **fields)).empty


def test_too_few_records_tell_nothing() -> None:
    assert _found(_records(8, version=lambda n, bad: "2.1" if bad else "2.0")).empty
    assert separating(_records(0), pd.Series([], dtype=bool)).empty


def test_a_record_fails_with_its_trace() -> None:
    records = pd.DataFrame({"severity": ["info", "ERROR", "info", "info"], "trace_id": ["a", "a", "b", ""]})
    assert failing(records).tolist() == [True, True, False, False]
    assert failing(records[["severity"]]).tolist() == [False, True, False, False]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=30),
            st.sampled_from(["error", "info", "", None]),
            st.one_of(
                st.none(), st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.floats(), st.none()))
            ),
        ),
        max_size=30,
    )
)
def test_any_records_have_an_answer(rows: list[tuple[str, str | None, dict[str, Any] | None]]) -> None:
    records = pd.DataFrame(rows, columns=["body", "severity", "attributes"])
    assert list(_found(records).columns)[:2] == ["field", "value"]
