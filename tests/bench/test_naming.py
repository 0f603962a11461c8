"""Whether a change is named, in other words than the truth's."""

from __future__ import annotations

import pytest

from aisre_nb.bench.naming import names_change


@pytest.mark.parametrize(
    ("truth", "change"),
    [
        ("cart 0.1.0 → 0.2.0", "cart 0.1.0 → 0.2.0"),
        ("cart 0.1.0 → 0.2.0", "Deployment of cart, 0.1.0 -> 0.2.0"),
        ("cart 0.1.0 → 0.2.0", "release 0.2.0 of cart"),
        ("user HOST db.a → db.b", "user: Set HOST of user (db.a → db.b)"),
        ("user HOST db.a → db.b", "HOST of user changed from db.a to db.b"),
        ("flag home 5 % → 100 %", "Flag home (5% → 100%)"),
        ("report SCHEDULE 30 4 * * * → */10 * * * *", "report: Set SCHEDULE of report (30 4 * * * → */10 * * * *)"),
        ("node-3 is lost", "Node node-3 status is now: NodeNotReady"),
        ("the provider answers slowly", "provider slow"),
        ("a message without a postcode; mail TRIES 5 → 0", "Set TRIES of mail (5 → 0)"),
    ],
)
def test_it_is_named(truth: str, change: str) -> None:
    assert names_change(truth, ["one"], change, [], "")


@pytest.mark.parametrize(
    ("truth", "change"),
    [
        ("cart 0.1.0 → 0.2.0", ""),
        ("cart 0.1.0 → 0.2.0", "cart 0.2.0 → 0.1.0"),
        ("cart 0.1.0 → 0.2.0", "cart 0.1.0 → 10.2.0"),
        ("cart 0.1.0 → 0.2.0", "cart 0.1.0 → 0.2.0.1"),
        ("cart 0.1.0 → 0.2.0", "cart-db 0.1.0 → 0.2.0"),
        ("cart POOL 8 → 1", "cart REPLICAS 8 → 1"),
        ("cart POOL 8 → 1", "stock POOL 8 → 1"),
        ("cart POOL 8 → 1", "cart POOL 8 → 10"),
        ("node-3 is lost", "node-2 is lost"),
        ("one client floods search", "Flag home (5 % → 100 %)"),
    ],
)
def test_it_is_not_named(truth: str, change: str) -> None:
    assert not names_change(truth, ["one"], change, [], "")


def test_the_service_may_stand_in_its_own_field() -> None:
    assert names_change("cart 0.1.0 → 0.2.0", ["cart"], "0.1.0 → 0.2.0", ["cart"], "")
    assert not names_change("cart 0.1.0 → 0.2.0", ["cart"], "0.1.0 → 0.2.0", ["email"], "")


def test_of_two_faults_both_must_be_named() -> None:
    truth = "cart 0.1.0 → 0.2.0; certificate of payment expired"
    assert not names_change(truth, ["cart", "payment"], "cart 0.1.0 → 0.2.0", [], "")
    assert names_change(truth, ["cart", "payment"], "cart 0.1.0 → 0.2.0; payment's certificate expired", [], "")


def test_what_happened_may_stand_in_the_summary_but_a_step_may_not() -> None:
    assert names_change("node-3 is lost", [], "", [], "Pods cannot start since node-3 was lost.")
    assert not names_change("cart 0.1.0 → 0.2.0", ["cart"], "", ["cart"], "cart 0.1.0 → 0.2.0 may have done it")
