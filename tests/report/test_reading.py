"""Sentences against evidence: what stands there is believed, what does not is said, whatever shape it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.finish import finish
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Check, ReportDraft

Known = dict[str, Evidence]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The error rate of orders rose to 12 % at 11:00 UTC.", ["E1"]),
        ("orders 0.1.0 → 0.2.0 at 10:58:20 UTC", ["E2"]),
        ("orders logs UnboundLocalError 41 times", ["E4"]),
        ("41 of 50 records are errors", ["E4"]),
        ("a.py has `total = 0`", ["E3"]),
        ("It served about 20 requests a second, then 10.", ["E1"]),
        ("the error rate went up 120 times", ["E1"]),
        ("the error rate went up ×120", ["E1"]),
    ],
)
def test_what_stands_in_the_evidence_is_believed(known: Known, text: str, cited: list[str]) -> None:
    assert Reader(known).problems(text, cited) == []


@pytest.mark.parametrize(
    ("text", "cited", "said"),
    [
        ("The error rate of orders rose to 13 %.", ["E1"], "13 % is not in E1"),
        ("It began at 11:07 UTC.", ["E1"], "11:07 is not in E1"),
        ("It began at 11:00:31 UTC.", ["E1"], "11:00:31 is not in E1"),
        ("mail fails.", ["E1"], "E1 does not speak of mail"),
        ("mail 1.1 → 1.0 was deployed.", ["E2"], "1.1 → 1.0 is not in E2"),
        ("Its disk is full.", ["E1"], "E1 does not speak of any disk"),
        ("41 pods failed.", ["E4"], "41 is not in E4"),
        ("The error rate fell.", ["E6"], "error_rate of orders is a rise in E6"),
        ("The error rate is 0.12 ms.", ["E1"], "0.12 ms is not in E1"),
    ],
)
def test_what_does_not_stand_there_is_said(
    known: Known, evidence: Callable[..., Evidence], text: str, cited: list[str], said: str
) -> None:
    signals = {"error_rate": {"direction": "up", "before": 0.001, "after": 0.12}}
    known = {**known, "E6": evidence("E6", "metrics", None, service="orders", signals=signals)}
    assert said in Reader(known).problems(text, cited)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orders broke because of its errors.", "no check that shows it"),
        ("Every order of orders fails.", "it says “Every”"),
        ("orders did not log a thing.", "it says “not”"),
        ("It is bad.", "nothing in it can be looked up"),
    ],
)
def test_what_only_a_check_can_show_needs_one(known: Known, text: str, said: str) -> None:
    reader = Reader(known)
    assert any(said in one for one in reader.problems(text, ["E1"]))
    check = Check(kind="value", evidence="E5", column="firing", expected=0)
    assert reader.problems(text, ["E1"], check) == [] and reader.problems(text, ["E1"], claims=False) == []


def test_a_check_may_be_stated_in_words(known: Known) -> None:
    check = Check(kind="share", evidence="E4", column="count", where={"severity": "ERROR"}, expected=0.82)
    assert Reader(known).problems("82 % of its records are errors.", ["E4"], check) == []
    assert Reader(known).problems("83 % of its records are errors.", ["E4"], check) == ["83 % is not in E4"]


def test_a_name_that_was_looked_for_in_vain_may_be_named(known: Known) -> None:
    check = Check(kind="absent", evidence="E4", expected="vault")
    assert Reader(known).problems("orders logs no word of `vault`.", ["E4"], check) == []
    assert Reader(known).problems("orders logs a word of `vault`.", ["E4"]) != []


CELLS = st.one_of(
    st.none(), st.text(max_size=8), st.integers(-(2**40), 2**40), st.floats(), st.booleans(),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    st.sampled_from([pd.Timestamp("2026-11-23T10:00Z"), pd.NaT, "2026-11-23T10:00:00Z"]),
)  # fmt: skip
COLUMNS = st.lists(
    st.sampled_from(["service", "signal", "value", "unit", "time", "from", "to", "calls", "count", "span_id", "line"]),
    max_size=6,
)
FACTS = st.recursive(CELLS, lambda inner: st.dictionaries(
    st.sampled_from(["service", "signals", "calls", "services", "changes", "origin", "worst", "unit", "before"]), inner,
    max_size=4) | st.lists(inner, max_size=3), max_leaves=12)  # fmt: skip
KINDS = ("metrics", "traces", "trace", "logs", "deployments", "table", "text", "diff")
SENTENCES = ("orders 1.0 → 1.1 rose by 12 % at 10:00 UTC, 3 times", "all pods of `x` are full", "redis fails")
CHECKS = ("value", "changed", "onset", "before", "first_seen", "share", "contains", "absent", "correlated")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_evidence_of_any_shape_is_read_to_the_end(data: Any) -> None:
    """A stranger's record, a user's tool: nothing in them ends a report."""
    known = {}
    for n in range(1, 4):
        columns, rows = data.draw(COLUMNS), data.draw(st.integers(0, 4))
        frame = pd.DataFrame([[data.draw(CELLS) for _ in columns] for _ in range(rows)], columns=columns)
        told = data.draw(st.dictionaries(st.sampled_from(["service", "signals", "origin", "worst", "calls"]), FACTS))
        kind = data.draw(st.sampled_from(KINDS))
        known[f"E{n}"] = Evidence(
            f"E{n}", kind, "t", "s", "tool", {"service": data.draw(CELLS)}, frame=frame, facts=told
        )
    claims = [
        {"text": text, "evidence": ["E1", "E2"], "essential": True,
         "check": {"kind": data.draw(st.sampled_from(CHECKS)), "evidence": "E1", "column": "value", "signal": "x",
                   "expected": "1", "at": "2026-11-23T10:00:00Z", "than": "2026-11-23T10:00:00Z", "caller": "a",
                   "where": {"service": "b"}}}
        for text in SENTENCES
    ]  # fmt: skip
    cause = {"services": ["orders"], "summary": SENTENCES[0], "change": "1.0 → 1.1", "location": "a.py:3"}
    draft = {"outcome": "root_cause", "root_cause": cause, "claims": claims, "gaps": ["12 % at 10:00"]}
    report = finish(ReportDraft.model_validate(draft), "q", known, [], "m")
    assert report.outcome == "inconclusive"
