"""Redaction: no secret gets through, clean words stay, and what cannot be read is not shown."""

from __future__ import annotations

import base64
import re
import string
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aisre_nb.evidence.redaction import UNREADABLE, Redactor
from aisre_nb.evidence.secrets import MASK, Rule

LOGHUB = Path(__file__).parents[3] / "shared" / "data" / "loghub"
MANY = [f"row {n}" for n in range(200)]
"""So many that a frame's texts are first looked at by their hints."""
PROPERTY = settings(max_examples=150, deadline=None, derandomize=True)

_A = "a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwXyZ"
_PEM = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *[(_A * 2)[:64]] * 5, "Ab3=", "-----END RSA PRIVATE KEY-----"])
SECRETS = {
    "private_key": _PEM,
    "aws_key": "AKIA" + "Z7Q4" * 4,
    "google_key": "AIza" + _A[:35],
    "google_token": "ya29." + _A,
    "github_token": "ghp_" + _A,
    "gitlab_token": "glpat-" + _A[:20],
    "slack_token": "xoxb-123456789012-" + _A[:24],
    "slack_webhook": "https://hooks.slack.com/services/T0000/B0000/" + _A[:24],
    "anthropic_key": "sk-ant-api03-" + _A,
    "openai_key": "sk-proj-" + _A,
    "huggingface_token": "hf_" + _A[:34],
    "stripe_key": "sk_live_" + _A[:24],
    "sendgrid_key": f"SG.{_A[:22]}.{_A}",
    "npm_token": "npm_" + _A,
    "pypi_token": "pypi-AgE" + _A * 2,
    "vault_token": "hvs." + _A,
    "digitalocean_token": "dop_v1_" + "0a1b2c3d" * 8,
    "grafana_token": "glsa_" + _A,
    "new_relic_key": "NRAK-" + _A.upper()[:27],
    "twilio_key": "SK" + "0a1b2c3d" * 4,
    "age_key": "AGE-SECRET-KEY-1" + _A.upper() * 2,
    "jwt": f"eyJhbGciOiJIUzI1NiJ9.eyJ{_A}.{_A}",
}
PLACES = (
    ("password=", "", "Tr0ub4dor"),
    ('{"db_password": "', '"}', 'p w, with; odd\\" signs'),
    (r"{\"clientSecret\":\"", r"\"}", "abcdef123"),
    ("DB_PASSWORD: '", "'", "correct horse battery"),
    ("x-api-key: ", "", "abc123def456"),
    ("api key = ", " was used", "abc123def456"),
    ("AWS_SECRET_ACCESS_KEY=", "", _A + "/+9z"),
    ("TOKEN=", "", "abcdefgh"),
    ("settings['secret'] => \"", '"', "verysecret"),
    ("monkey: password=", "", "nested1"),
    ("--password ", " --verbose", "hunter2"),
    ("<password>", "</password>", "hunter2"),
    ("identified by '", "'", "hunter2"),
    ("curl -u admin:", " http://h/", "hunter2"),
    ("postgres://app:", "@db:5432/app", "p@ss:w0rd"),
    ("redis://:", "@cache", "s3cr3tpw"),
    ("Authorization: Bearer ", "", "abcdef.ghijkl"),
    ('"authorization": "Basic ', '"', "dXNlcjpwYXNz"),
    ("called with bearer ", "", "Zm9vYmFyYmF6cXV4MTIz"),
    ("Cookie: ", "", "sid=abc123; theme=dark"),
    ("AccountKey=", ";Endpoint", base64.b64encode(bytes(range(64))).decode()),
    ("https://h/blob?sv=1&sig=", "&se=2", _A + "%3D"),
    ('{"name":"DB_PASSWORD","value":"', '"}', "hunter2"),
    ("- name: API_TOKEN\n  value: ", "", "hunter2"),
    ("kind: Secret\ndata:\n  url: ", "\ntype: Opaque", "cG9zdGdyZXM="),
    ('{"kind":"Secret","data":{"ca":"', '"}}', "Zm9vYmFy"),
    ('password="', "", "cut off"),
)
CLEAN = (
    "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 took 12.5 ms",
    "image registry.example/app:0.2.0@sha256:" + "9f" * 32,
    "commit 3f786850e387550fdab836ed7e6dc881de23001b by ada",
    "GET http://orders:8080/items/42?q=a@b.example 200",
    "ssh: Failed password for root from 10.0.0.1 port 22",
    "Access denied for user 'x' (using password: YES)",
    "SyntaxError: unexpected token: end of input",
    "used tokens=1532 max_tokens: 4096 in 3 turns",
    "secretName: db-credentials",
    "password = request.form['password']",
    "    token = lexer.next_token()",
    "routing_key=orders.created partition key: 7",
    "password: ${DB_PASSWORD}",
    "PWD=/home/app",
    "task-runner disk-pressure risk-model-4711-abcdefghijklmnop",
    "2026-11-23T10:00:00Z INFO basic configuration loaded",
    "E11000 duplicate key error collection: shop.carts index: sku_1",
    "550e8400-e29b-41d4-a716-446655440000",
)


@pytest.mark.parametrize("kind", SECRETS)
def test_each_format_is_masked_by_its_name(kind: str) -> None:
    for text in (SECRETS[kind], f"got {SECRETS[kind]} from config", f'{{"x": "{SECRETS[kind]}"}}'):
        clean = Redactor().text(text)
        assert f"[redacted:{kind}:1]" in clean
        assert not any(line in clean for line in SECRETS[kind].split("\n"))


@pytest.mark.parametrize(("before", "after", "secret"), PLACES, ids=[place[0][:24] for place in PLACES])
def test_each_place_that_names_a_secret_is_masked_and_keeps_its_name(before: str, after: str, secret: str) -> None:
    clean = Redactor().text(f"{before}{secret}{after}")
    assert secret not in clean and MASK.search(clean)
    assert clean.startswith(before.split("\n")[0]) and clean.endswith(after)


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.skipif(not LOGHUB.is_dir(), reason=f"no real logs at {LOGHUB}")
def test_real_logs_stay_as_they_are() -> None:
    lines = [
        line for file in LOGHUB.glob("*/*.log") for line in file.read_bytes().decode("utf-8", "replace").splitlines()
    ]
    clean = Redactor().frame(pd.DataFrame({"body": lines}))["body"]
    visible = [re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad]", "", line) for line in lines]
    assert len(lines) > 10_000 and list(clean) == visible


def test_a_secret_has_one_placeholder_wherever_it_stands_and_another_one_has_another() -> None:
    redactor = Redactor()
    assert redactor.text("password=hunter2 then password=other-1") == (
        "password=[redacted:secret:1] then password=[redacted:secret:2]"
    )
    assert redactor.value({"secret": "hunter2"}) == {"secret": "[redacted:secret:1]"}
    assert list(redactor.frame(pd.DataFrame({"x": ["pwd=hunter2"]}))["x"]) == ["pwd=[redacted:secret:1]"]


def test_nothing_in_a_redactor_gives_a_secret_back() -> None:
    redactor = Redactor()
    redactor.text("password=hunter2-and-more")
    assert "hunter2" not in repr(vars(redactor))


def test_values_under_names_of_secrets_are_masked_whatever_they_look_like() -> None:
    value = {
        "password": "x",
        "nested": [{"apiKey": 'a "b"', "count": 3}],
        "credentials": {"user": "ada", "name": "db", "pins": [1234, "5678"]},
        "pin": {"passcode": 1234},
        "headers": [["Authorization", "abc"], ("X-Api-Key", "def")],
        "env": [{"name": "DB_PASSWORD", "value": "pg"}, {"name": "LEVEL", "value": "info"}],
        "tokens": 15,
        "password_file": "/run/secrets/db",
    }
    clean = Redactor().value(value)
    text = str(clean)
    assert all(secret not in text for secret in ("'x'", '"b"', "ada", "5678", "abc", "def", "'pg'"))
    assert clean["pin"] == {"passcode": clean["pin"]["passcode"]} and "1234" not in str(clean["pin"])
    assert clean["nested"][0]["count"] == 3 and clean["tokens"] == 15
    assert clean["credentials"]["name"] == "db" and clean["env"][1]["value"] == "info"
    assert clean["password_file"] == "/run/secrets/db"


def test_a_kubernetes_secret_is_masked_as_an_object_too() -> None:
    manifest = {"kind": "Secret", "metadata": {"name": "db"}, "data": {"url": "cG9z"}, "stringData": {"a": "b"}}
    clean = Redactor().value(manifest)
    assert "cG9z" not in str(clean) and clean["stringData"]["a"].startswith("[redacted:")
    assert clean["metadata"]["name"] == "db"


def test_numpy_sets_bytes_and_odd_objects_become_json() -> None:
    import numpy as np

    class Odd:
        def __str__(self) -> str:
            return "password=hunter2"

    clean = Redactor().value(
        {"n": np.int64(3), "a": np.array(["x"]), "s": {"b", "a"}, "y": b"ok", "o": Odd(), "t": (1,)}
    )
    assert Redactor().value({"x": float("nan"), "y": [np.float64("inf"), np.float64(1.5)]}) == {
        "x": None,
        "y": [None, 1.5],
    }
    assert clean == {"n": 3, "a": ["x"], "s": ["a", "b"], "y": "ok", "o": "password=[redacted:secret:1]", "t": [1]}


def test_a_value_that_never_ends_is_not_followed() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert UNREADABLE in str(Redactor().value(endless))


def test_what_steers_a_terminal_or_hides_words_is_taken_out() -> None:
    hidden = "a\x1b[31mred\x1b[0m\x1b]8;;http://x\x07link\u200b\u202eevil\u2066\ufeff\x00\x9b\U000e0041 z\tt\nn\ud800"
    assert Redactor().text(hidden) == "aredlinkevil z\tt\nn\ufffd"


def test_a_secret_that_was_cut_by_invisible_characters_is_seen() -> None:
    token = SECRETS["github_token"]
    assert token not in Redactor().text(token[:9] + "\u200b" + token[9:] + "\x1b[0m")


def test_a_rule_that_raises_hides_the_value() -> None:
    def broken(match: re.Match[str], secret: str) -> bool:
        raise ValueError("broken")

    redactor = Redactor([Rule("x", ("k",), re.compile("k"), broken)])
    assert redactor.text("a k b") == UNREADABLE
    assert redactor.value({"a": ["ok k", "fine"]}) == {"a": [UNREADABLE, "fine"]}
    assert list(redactor.frame(pd.DataFrame({"a": ["password: k"]}))["a"]) == [UNREADABLE]


def test_long_texts_are_masked_too() -> None:
    line = "2026-11-23 INFO all is well here, nothing to see\n"
    text = line * 2000 + "password=hunter2\n" + _PEM + "\n" + line
    clean = Redactor().text(text)
    assert "hunter2" not in clean and _A[:30] not in clean and clean.endswith(line)
    assert Redactor().text(line * 2000) == line * 2000


_WORDS = st.lists(st.sampled_from(["the", "pod", "was", "evicted", "at", "10:32", "0.2.0", "ok"]), max_size=5).map(
    " ".join
)
_VALUE = st.text(string.ascii_letters + string.digits + "!#%*+-_=^~", min_size=8, max_size=40).filter(
    lambda s: any(c.isdigit() for c in s) and any(c.isalpha() for c in s)
)


@PROPERTY
@given(
    st.sampled_from(["password=", "DB_PASSWORD: ", 'secret="', "api_key=", "client-secret: ", "Authorization: Basic "]),
    _VALUE, _WORDS, _WORDS,
)  # fmt: skip
def test_a_planted_secret_never_gets_through(name: str, secret: str, before: str, after: str) -> None:
    text = f"{before} {name}{secret}{chr(34) if name.endswith(chr(34)) else ''} {after}"
    assert secret not in Redactor().text(text)
    assert secret not in str(Redactor().frame(pd.DataFrame({"a": [text], "b": [{"x": [text]}]})).to_dict())


@PROPERTY
@given(st.sampled_from(sorted(SECRETS)), st.text(max_size=20), st.text(max_size=20))
def test_a_planted_key_never_gets_through(kind: str, before: str, after: str) -> None:
    assert SECRETS[kind] not in Redactor().text(f"{before} {SECRETS[kind]} {after}")


@PROPERTY
@given(
    st.lists(
        st.one_of(
            st.sampled_from([a + s + b for a, b, s in PLACES]),
            st.sampled_from(list(SECRETS.values())),
            st.sampled_from(
                ["[redacted:secret:1]", "[redacted:", "password=", '"', "'", "\\", "\n", "=", ":", "://", "@", "</"]
            ),
            st.text(max_size=12),
        ),
        max_size=8,
    ).map("".join)
)
@example('password="[redacted:secret:1]"x')
def test_what_was_redacted_stays_as_it_is(text: str) -> None:
    redactor = Redactor()
    once = redactor.text(text)
    assert redactor.text(once) == once


@PROPERTY
@given(st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=12), max_size=12).map(" ".join))
def test_words_stay(text: str) -> None:
    assert Redactor().text(text) == text


@PROPERTY
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_a_frame_and_a_text_are_masked_alike(text: str) -> None:
    redactor = Redactor()
    many = pd.DataFrame({"a": [text, *MANY]})
    assert redactor.frame(many)["a"].iloc[0] == redactor.text(text)


def test_no_secret_escapes_the_first_look_at_a_frame() -> None:
    # A text without a hint is not searched in a frame: each example must have one.
    texts = [*SECRETS.values(), *(a + s + b for a, b, s in PLACES)]
    for text in texts:
        assert MASK.search(Redactor().frame(pd.DataFrame({"a": [text, *MANY]}))["a"].iloc[0]), text
