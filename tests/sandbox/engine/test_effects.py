"""Which calls an effect is about."""

from __future__ import annotations

import pytest

from aisre_nb.sandbox.engine.effects import Effect


@pytest.mark.parametrize(
    "effect, hit",
    [
        (Effect("cart"), True),
        (Effect("user"), False),
        (Effect("*"), True),
        (Effect("cart", "GET /cart/{user_id}"), True),
        (Effect("cart", "GET /cart"), False),
        (Effect("cart", "GET*"), True),
        (Effect("cart", "POST*"), False),
        (Effect("cart", "*", "api-gateway"), True),
        (Effect("cart", "*", "checkout"), False),
    ],
)
def test_service_operation_and_caller_must_fit(effect: Effect, hit: bool):
    assert effect.hits("cart", "GET /cart/{user_id}", "api-gateway") is hit
