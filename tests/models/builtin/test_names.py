"""Which service a text means."""

from __future__ import annotations

import pytest

from aisre_nb.models.builtin.names import mentioned, said, unknown

KNOWN = ["ts-order-service", "ts-order-other-service", "billing", "paymentservice", "user-api", "ledgerDb"]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("billing is slow", "billing"),
        ("the billing service is slow", "billing"),
        ("The Billing-Service is slow", "billing"),
        ("an issue with the payment service", "paymentservice"),
        ("an issue with payment-service", "paymentservice"),
        ("paymentservice?", "paymentservice"),
        ("ts-order-other-service fails", "ts-order-other-service"),
        ("ts order service fails", "ts-order-service"),
        ("POST /user/5 fails", "user-api"),
        ("is ledger db fine?", "ledgerDb"),
        ("biling is slow", "billing"),
        ("payments are failing", "paymentservice"),
        ("payment calls billing service", "billing"),
    ],
)
def test_the_service_that_is_meant(text: str, service: str) -> None:
    assert mentioned(text, KNOWN)[0] == service


@pytest.mark.parametrize("text", ["users see errors", "something is wrong with our service", "is everything fine?", ""])
def test_no_service_is_read_into_a_text(text: str) -> None:
    assert mentioned(text, KNOWN) == []


def test_a_system_that_lists_no_services_is_asked_by_what_is_said() -> None:
    assert said("There is an issue with the billing service") == "billing"
    assert said("There is an issue with the service") == ""


def test_a_kind_of_thing_is_not_one_of_them() -> None:
    assert mentioned("A node is gone and pods do not come back", ["node-3", "shard-12"]) == []
    assert mentioned("node-3 is gone", ["node-3", "node-4"])[0] == "node-3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("why does ratesservice fail?", "ratesservice"),
        ("is geo-api slow", "geo-api"),
        ("the invoices service fails", "invoices"),
        ("which upstream service is slow?", ""),
        ("billing fails, and geo-api too", ""),
        ("everything is slow since lunch", ""),
    ],
)
def test_a_service_that_nobody_knows(text: str, name: str) -> None:
    assert unknown(text, KNOWN) == name
    assert unknown(text, []) == ""
