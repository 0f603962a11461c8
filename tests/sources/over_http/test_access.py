"""The options of a source over HTTP: what is wrong is one line, and a secret stands nowhere but in its header."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.http.access import HttpOptions
from aisre_nb.sources.options import read

URL = "https://prom.example/prometheus"


def _read(**spec: Any) -> HttpOptions:
    return read(HttpOptions, {"type": "x", "url": URL, **spec}, "[sources.shop]")


def test_what_is_sent_and_what_is_shown() -> None:
    environ = {"PW": "tiger-lily-99", "KEY": "tulip-77"}
    spec: dict[str, Any] = {
        "username": "ann",
        "password_env": "PW",
        "tenant": "a|b",
        "headers": {"X-Team": "shop"},
        "headers_env": {"X-Api-Key": "KEY"},
    }
    access = _read(**spec).access("shop", Path(), environ)
    pair = base64.b64encode(b"ann:tiger-lily-99").decode()
    wanted = {"X-Team": "shop", "Authorization": f"Basic {pair}", "X-Api-Key": "tulip-77", "X-Scope-OrgID": "a|b"}
    assert dict(access.headers) == wanted
    shown = repr(access) + repr(dict(access.headers))
    assert not any(text in shown for text in (pair, "tiger-lily-99", "tulip-77"))
    assert access.hidden(f"no {pair}, tulip-77!") == "no ***, ***!"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"url": 5}, "url is not a text"),
        ({"url": "prom:9090"}, "url is no address"),
        ({"url": "https://ann:pw-tulip@prom.example"}, "url holds a user or a password"),
        ({"url": "https://prom.example/?token=pw-tulip"}, "url holds parameters"),
        ({"url": "https://prom.example:99999"}, "url is no address"),
        ({"token": "pw-tulip"}, 'token is a secret, and this file is shared → write token_env = "VARIABLE"'),
        ({"password": "pw-tulip"}, 'write password_env = "VARIABLE"'),
        ({"headers": {"Authorization": "Bearer pw-tulip"}}, "Authorization is a secret"),
        ({"headers": {"X-A": "b\nEvil: c"}}, "'X-A' is no header"),
        ({"username": "ann"}, "a username needs a password"),
        ({"token_env": "A", "username": "b", "password_env": "C"}, "a token and a password"),
        ({"token_keyring": "prometheus"}, 'write "SERVICE/USER"'),
        ({"verify": "no"}, "verify is not true or false"),
        ({"timeout_seconds": 0}, "timeout_seconds: Input should be greater than 0"),
        ({"link": "javascript:alert(1)"}, "link is no address"),
        ({"uri": "x"}, "has uri, which means nothing → the options are url, token_env"),
    ],
)
def test_a_wrong_option_is_one_line_without_its_value(spec: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _read(**spec)
    text = str(caught.value)
    assert text.startswith("[sources.shop]") and told in text and " → " in text and "\n" not in text
    assert "pw-tulip" not in text


def test_no_address_says_what_to_write() -> None:
    with pytest.raises(ConfigurationError, match=r'\[sources.shop\] has no url → write url = "https://HOST/…"'):
        read(HttpOptions, {"type": "x"}, "[sources.shop]")


def test_a_secret_that_is_not_there_or_no_header_can_hold() -> None:
    with pytest.raises(ConfigurationError, match=r"token_env names SHOP_TOKEN, which is not set → export SHOP_TOKEN="):
        _read(token_env="SHOP_TOKEN").access("shop", Path(), {})
    with pytest.raises(ConfigurationError, match="signs that no header can") as caught:
        _read(token_env="T").access("shop", Path(), {"T": "tiger\nEvil: lily"})
    assert "lily" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="there is no ca_file"):
        _read(ca_file="nowhere.pem").access("shop", Path(), {})


def test_the_keyring_of_the_system_is_asked() -> None:
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class Kept(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return {("prom", "ann"): "tiger-lily-99"}.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Kept())
    try:
        access = _read(token_keyring="prom/ann").access("shop", Path(), {})
        assert access.headers["Authorization"] == "Bearer tiger-lily-99"
        with pytest.raises(ConfigurationError, match=r"the keyring has no prom/bob → keyring set prom bob"):
            _read(token_keyring="prom/bob").access("shop", Path(), {})
    finally:
        keyring.set_keyring(before)
