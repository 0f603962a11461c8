"""Claude on Bedrock and on Vertex, over real HTTP in each one's own encoding."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aisre_nb.errors import ModelOverloaded, ModelUnavailable
from aisre_nb.models.backoff import Backoff
from aisre_nb.models.base import CallResult, ResultsMessage, ToolCall, UserMessage
from aisre_nb.models.choose import choose, explain
from aisre_nb.models.claude_platforms import PlatformModel

QUESTION = UserMessage("why?")
NAMES = {"bedrock": "us.anthropic.claude-opus-4-5-20251101-v1:0", "vertex": "claude-opus-4-5@20251101"}
ENVIRON = {
    "bedrock": {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIAFAKE", "AWS_SECRET_ACCESS_KEY": "s3cr3t/fake"},
    "vertex": {"CLOUD_ML_REGION": "us-east5", "ANTHROPIC_VERTEX_PROJECT_ID": "shop"},
}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"service": "x"}}
FIRST = {"blocks": [{"type": "text", "text": "First the alerts. "}, CALL], "stop": "tool_use"}
LAST = {"blocks": [{"type": "text", "text": "It was x."}]}

Make = Callable[[str], PlatformModel]


def _quiet(text: str) -> None:
    """Nobody looks on."""


@pytest.fixture(scope="module")
def service_account(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A service account with a key of its own; without an address for tokens yet."""
    pytest.importorskip("google.auth", reason="google-auth is not installed (extra vertex)")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa", reason="cryptography is not installed")
    from cryptography.hazmat.primitives import serialization as forms

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()).decode()
    return {"type": "service_account", "project_id": "shop", "private_key": pem, "client_email": "sre@shop.example"}


@pytest.fixture
def platform(platform_server: ModuleType, messages_server: ModuleType) -> Iterator[Any]:
    """Bedrock and Vertex in one, with an empty script."""
    server = platform_server.PlatformServer(messages_server.events).start()
    yield server
    server.stop()


@pytest.fixture
async def claude_on(
    platform: Any, service_account: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Make]:
    """Makes Claude on a platform, with credentials that hold here alone."""
    pytest.importorskip("boto3", reason="boto3 is not installed (extra bedrock)")
    made: list[PlatformModel] = []
    file = tmp_path / "account.json"
    file.write_text(json.dumps({**service_account, "token_uri": f"{platform.url}/token"}))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    monkeypatch.setenv("ANTHROPIC_BEDROCK_BASE_URL", platform.url)
    monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", f"{platform.url}/v1")

    def make(name: str) -> PlatformModel:
        for variable, value in ENVIRON[name].items():
            monkeypatch.setenv(variable, value)
        model = choose(f"{name}:{NAMES[name]}", ENVIRON[name])
        assert isinstance(model, PlatformModel)
        model._backoff = Backoff(tries=3, first=0.01)
        made.append(model)
        return model

    yield make
    for model in made:
        await model.close()


@pytest.mark.parametrize("name", ["bedrock", "vertex"])
async def test_a_conversation_over_the_platforms_own_encoding(
    name: str, platform: Any, claude_on: Make, ask: Any
) -> None:
    platform.script += [FIRST, LAST]
    model, said = claude_on(name), list[str]()
    first = await model.turn(ask(QUESTION), said.append)
    assert (first.stop, first.message.text, first.model) == ("tool_use", "First the alerts.", f"{name}:{NAMES[name]}")
    assert first.message.calls == (ToolCall("toolu_1", "look", {"service": "x"}),) and len(said) > 2
    # As on the vendor's own API: 100 tokens read at 5 USD a million, 1 written at 25.
    assert first.usage.cost_usd == pytest.approx(0.000525)
    results = ResultsMessage((CallResult("toolu_1", "5 % fail"),))
    last = await model.turn(ask(QUESTION, first.message, results), _quiet)
    assert (last.stop, last.message.text) == ("end_turn", "It was x.")
    # What the platform does not take was left out at once, and from then on.
    paths, _, bodies = zip(*platform.requests, strict=True)
    assert ["cache_control" in body for body in bodies] == [True, False, False]
    assert all("AKIAFAKE" not in str(body) and "ya29" not in str(body) for body in bodies)
    assert len(set(paths)) == 1 and NAMES[name].partition("@")[0].partition(":")[0] in paths[0]


async def test_bedrock_takes_a_bearer_token(
    platform: Any, claude_on: Make, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-fake")
    platform.script += [LAST]
    assert (await claude_on("bedrock").turn(ask(QUESTION), _quiet)).message.text == "It was x."
    assert platform.requests[-1][1]["authorization"] == "Bearer bedrock-fake"


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("bedrock", {**FIRST, "fails_after": 4, "exception": ["throttlingException", "Too many requests"]}),
        ("bedrock", {**FIRST, "cut_after": 4}),
        ("bedrock", {**FIRST, "garbled_at": 4}),
        ("bedrock", {"status": 429, "error": {"message": "Too many tokens, please wait before trying again."}}),
        ("vertex", {**FIRST, "cut_after": 4}),
        ("vertex", {"status": 429, "error": {"error": {"code": 429, "message": "Quota", "status": "EXHAUSTED"}}}),
    ],
    ids=["exception", "cut", "garbled", "429", "vertex cut", "vertex 429"],
)  # fmt: skip
async def test_what_passes_is_tried_again(
    name: str, first: dict[str, Any], platform: Any, claude_on: Make, ask: Any
) -> None:
    platform.script += [first, LAST]
    said: list[str] = []
    turn = await claude_on(name).turn(ask(QUESTION), said.append)
    assert turn.message.text == "It was x." and "trying again" in "".join(said)


async def test_what_does_not_pass_is_one_line(platform: Any, claude_on: Make, ask: Any) -> None:
    platform.script += [{**FIRST, "cut_after": 4}] * 3
    with pytest.raises(ModelOverloaded, match="did not finish"):
        await claude_on("bedrock").turn(ask(QUESTION), _quiet)
    platform.script += [{"status": 404, "error": {"error": {"code": 404, "message": "no such", "status": "NOT_FOUND"}}}]
    with pytest.raises(ModelUnavailable, match="there is no model 'vertex:claude-opus"):
        await claude_on("vertex").turn(ask(QUESTION), _quiet)


@pytest.mark.parametrize(
    ("name", "gone", "told"),
    [
        ("bedrock", "AWS_ACCESS_KEY_ID", r"no credentials.*AWS_BEARER_TOKEN_BEDROCK"),
        ("vertex", "GOOGLE_APPLICATION_CREDENTIALS", r"no credentials.*gcloud auth application-default login"),
    ],
)
async def test_missing_credentials_say_what_to_set(
    name: str, gone: str, told: str, claude_on: Make, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = claude_on(name)
    monkeypatch.delenv(gone)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    # No other place of this machine may have any: neither a metadata server nor a home folder.
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", "/nonexistent")
    from anthropic.lib.aws._auth import _get_session

    _get_session.cache_clear()
    with pytest.raises(ModelUnavailable, match=told) as caught:
        await model.turn(ask(QUESTION), _quiet)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "variable"), [("bedrock", "AWS_REGION"), ("vertex", "CLOUD_ML_REGION")])
def test_a_missing_region_and_a_missing_package_say_what_to_do(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from aisre_nb.models import claude_platforms

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(claude_platforms, "_is_there", lambda package: True)
    with pytest.raises(ModelUnavailable, match=f"no region is set → set {variable}"):
        choose(f"{name}:{NAMES[name]}", {})
    monkeypatch.setattr(claude_platforms, "_is_there", lambda package: False)
    with pytest.raises(ModelUnavailable, match=rf"pip install 'aisre-nb\[{name}\]'"):
        choose(f"{name}:{NAMES[name]}", ENVIRON[name])


async def test_the_line_for_the_user_names_the_model(claude_on: Make) -> None:
    assert NAMES["bedrock"] in explain(claude_on("bedrock"))
