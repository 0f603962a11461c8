"""How much fits, as servers say it when it does not."""

from __future__ import annotations

import json

import pytest

from aisre_nb.errors import ContextFull
from aisre_nb.models.openai.endpoint import Endpoint
from aisre_nb.models.openai.failure import Refused, understood, window

ENDPOINT = Endpoint("house", "small", "http://127.0.0.1:1/v1", key="sk-secret-1")


@pytest.mark.parametrize(
    ("error", "tokens"),
    [
        ({"message": "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."}, 8192),
        (
            {"message": "request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it"},
            4096,
        ),
        ({"message": "the request exceeds the available context size.", "n_prompt_tokens": 5000, "n_ctx": 4096}, 4096),
        ({"message": "Your input exceeds the context window of this model.", "code": "context_length_exceeded"}, None),
        ("prompt too long; exceeded max context length by 1500 tokens", None),
        ({"message": "Trying to keep the first 5000 tokens when context the overflows. n_ctx: 4096"}, 4096),
    ],
)
def test_what_does_not_fit_is_known_and_so_is_how_much_does(error: object, tokens: int | None) -> None:
    failure = understood(Refused(400, json.dumps({"error": error}).encode(), {}, ""), ENDPOINT, "small", ())
    assert isinstance(failure.error, ContextFull) and window(failure.refusal) == tokens


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[1]", b"null", b'{"error": null}', b'{"error": {"message": {"a": 1}}}', b"[" * 50_000,
     b'{"detail": [{"msg": "Field required"}]}', b"<p>\x1b[31msk-secret-1</p>",
     b'{"error": "' + b"x" * 290 + b'sk-secret-1"}'],
)  # fmt: skip
def test_any_body_becomes_one_line_without_the_key(body: bytes) -> None:
    for status in (400, 401, 403, 404, 418, 500):
        failure = understood(Refused(status, body, {}, ENDPOINT.key), ENDPOINT, "small", ())
        told = str(failure.error)
        assert "\n" not in told and "\x1b" not in told and "sk-secret" not in told and len(told) < 700
