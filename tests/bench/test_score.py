"""Rows: what is right, what is not, and what a case cannot say."""

from __future__ import annotations

import pytest

from aisre_nb.bench.score import scored
from aisre_nb.bench.suite import Case
from aisre_nb.sources.case.truth import Truth

from .rows import CONTROL, FAULT, answer, row


def test_a_right_answer() -> None:
    found = row()
    assert (found["top1"], found["top3"], found["change_named"], found["service_and_change"]) == (True,) * 4
    assert found["right"] and found["outcome_right"] and found["grounded"] and found["proof_closed"]
    assert found["accused"] is None
    assert (found["tokens"], found["cost_usd"], found["steps"], found["gaps"]) == (15, 0.25, 2, 1)


@pytest.mark.parametrize(
    ("ranked", "top1", "top3"),
    [
        (("cart", "email"), True, True),
        (("email", "email", "user", "cart"), False, True),
        (("email", "user", "stock", "cart"), False, False),
        ((), False, False),
    ],
)
def test_ranks_count_distinct_services(ranked: tuple[str, ...], top1: bool, top3: bool) -> None:
    found = row(ranked=ranked)
    assert (found["top1"], found["top3"]) == (top1, top3)


def test_a_cause_given_on_a_control_is_an_accusation() -> None:
    found = row(truth=CONTROL)
    assert found["accused"] is True and found["right"] is False
    assert (found["top1"], found["top3"], found["change_named"], found["service_and_change"]) == (None,) * 4
    assert row(truth=CONTROL, outcome="no_fault")["right"] is True
    assert row(truth=CONTROL, outcome="inconclusive")["accused"] is False


def test_the_right_service_with_another_change_is_not_right() -> None:
    found = row(change="cart 0.0.9 → 0.1.0")
    assert found["top1"] and not found["change_named"] and not found["service_and_change"] and not found["right"]


def test_the_right_service_without_an_answer_is_not_right() -> None:
    found = row(outcome="inconclusive")
    assert found["top1"] and not found["outcome_right"] and not found["service_and_change"]


def test_a_truth_without_service_or_change_is_judged_by_what_it_has() -> None:
    no_change = scored(Case("a"), Truth("root_cause", ("cart",)), answer(change="anything"), "", 1.0)
    assert no_change["change_named"] is None and no_change["service_and_change"] is True
    no_service = scored(
        Case("a"), Truth("root_cause", (), change="node-3 is lost"), answer(change="node-3 lost"), "", 1
    )
    assert no_service["top1"] is None and no_service["service_and_change"] is True


def test_a_failure_is_a_wrong_row_even_where_it_had_a_cause() -> None:
    found = scored(Case("a"), FAULT, answer(), "no answer within 300 s", 300.0)
    assert found["outcome"] == "error" and found["error"] and found["top1"] is False and found["right"] is False
    # What it cost is counted all the same.
    assert found["cost_usd"] == 0.25
    assert row(error="it crashed")["outcome"] == "error"


def test_a_claim_that_failed_or_cites_nothing_is_not_grounded() -> None:
    failed = [{"text": "t", "evidence": ["E1"], "check": "failed"}]
    assert row(claims=failed)["grounded"] is False and row(claims=failed)["claims_failed"] == 1
    assert row(claims=[{"text": "t", "evidence": [], "check": "none"}])["grounded"] is False
    assert row(claims=[])["grounded"] is None


def test_an_open_obligation_is_no_proof() -> None:
    assert row(proof={"cause": True, "order": False})["proof_closed"] is False
    assert row(proof={})["proof_closed"] is False
