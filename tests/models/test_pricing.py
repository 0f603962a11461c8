"""Money."""

from __future__ import annotations

import pytest

from aisre_nb.models.base import Usage
from aisre_nb.models.pricing import cost, price


def test_each_kind_of_token_has_its_price() -> None:
    million = 1_000_000
    assert cost("claude-opus-5-5", Usage(million, million, million, million)) == pytest.approx(4 + 20 + 0.2 + 5)
    assert cost("claude-sonnet-4-5-20250929", Usage(million)) == 3


def test_a_long_prompt_may_cost_more_for_every_token() -> None:
    assert cost("claude-haiku-5-5", Usage(100_000, 1000)) == pytest.approx(0.01 + 0.0005)
    assert cost("claude-haiku-5-5", Usage(1, 1000, 100_000)) == pytest.approx(0.5e-6 + 0.0025 + 0.005)


def test_an_unknown_price_is_no_money_and_said_to_be_unknown() -> None:
    assert price("claude-next-9") is None and cost("claude-next-9", Usage(1000, 1000)) == 0
