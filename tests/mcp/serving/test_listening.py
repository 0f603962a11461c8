"""``aisre-nb mcp`` itself: our client against our server, over standard input and over HTTP with a token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import aisre_nb
from aisre_nb.errors import ConfigurationError, SourceUnreachable
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.serving.listening import token_of
from aisre_nb.mcp.spec import ServerSpec

Connect = Callable[[ServerSpec], Awaitable[Connection]]
ALERT = {
    "labels": {"alertname": "HighErrorRate", "service": "cart", "severity": "critical"},
    "annotations": {"summary": "cart fails"}, "startsAt": "2026-03-01T11:30:00Z", "endsAt": "0001-01-01T00:00:00Z",
    "status": {"state": "active", "silencedBy": [], "inhibitedBy": []}, "fingerprint": "a1",
}  # fmt: skip
TOKEN = "a-token-for-the-test"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    hours = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T12:00:00Z", "now": "2026-03-01T12:00:00Z"}
    (folder / "manifest.json").write_text(json.dumps({"name": "tiny", **hours}))
    (folder / "alerts.json").write_text(json.dumps([ALERT]))
    return folder


def _environ(folder: Path) -> dict[str, str]:
    return {
        "AISRE_RECORDS": str(folder / "records"),
        "PYTHONPATH": str(Path(aisre_nb.__file__).parents[1]),
        "AISRE_USER": "ada",
    }


async def _checked(up: Connection, person: Any) -> None:
    assert {"investigate", "get_alerts", "get_metrics", "read_evidence"} <= {tool.name for tool in up.tools}
    assert "create_pull_request" not in {tool.name for tool in up.tools}
    ada = person()
    alerts = await up.call("get_alerts", {}, ada.progress, ada.elicit)
    assert alerts.structured_content["rows"][0]["alert"] == "HighErrorRate"


async def _investigated(up: Connection, ada: Any) -> None:
    report = await up.call("investigate", {"question": "why?"}, ada.progress, ada.elicit)
    assert report.structured_content["outcome"] == "inconclusive" and report.structured_content["gaps"]
    assert any("get_alerts" in (message or "") for _, _, message in ada.told)


async def test_over_standard_input(case: Path, connect: Connect, person: Any, tmp_path: Path) -> None:
    args = ("-m", "aisre_nb", "mcp", "--case", str(case), "--model", "builtin")
    up = await connect(ServerSpec("aisre", sys.executable, args, env=_environ(tmp_path)))
    await _checked(up, person)
    await _investigated(up, person())


@pytest.fixture(scope="module")
def listening(case: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    words = [
        sys.executable,
        "-m",
        "aisre_nb",
        "mcp",
        "--case",
        str(case),
        "--http",
        "--port",
        "0",
        "--model",
        "builtin",
    ]
    environ = {**os.environ, **_environ(tmp_path_factory.mktemp("http")), "AISRE_MCP_TOKEN": TOKEN}
    running = subprocess.Popen(words, env=environ, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    line = running.stderr.readline()
    try:
        assert TOKEN not in line and "the token is in $AISRE_MCP_TOKEN" in line
        yield line.split(";")[0].removeprefix("listening on ")
    finally:
        running.terminate()
        running.wait(10)
        running.stderr.close()


async def test_over_http_with_its_token(listening: str, connect: Connect, person: Any) -> None:
    spec = ServerSpec("aisre", url=listening, headers={"Authorization": f"Bearer {TOKEN}"})
    await _checked(await connect(spec), person)


async def test_nobody_else_is_let_in(listening: str, connect: Connect) -> None:
    with pytest.raises(SourceUnreachable, match="aisre answered 401"):
        await connect(ServerSpec("aisre", url=listening, headers={"Authorization": "Bearer wrong"}))
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient() as client:
        # A page that rebinds its name to this machine comes under its own name.
        for more in ({"Host": "evil.example.org"}, {"Origin": "https://evil.example.org"}):
            assert (await client.post(listening, json=hello, headers={**headers, **more})).status_code in (403, 421)
        assert (await client.get(listening.removesuffix("/mcp"))).status_code == 401


def test_a_token_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    token, place = token_of(tmp_path / "a", {})
    assert token_of(tmp_path / "a", {})[0] == token and len(token) > 30
    assert Path(place).stat().st_mode & 0o077 == 0
    assert token_of(tmp_path / "a", {"AISRE_MCP_TOKEN": "given"}) == ("given", "$AISRE_MCP_TOKEN")
    Path(place).write_text("")
    with pytest.raises(ConfigurationError, match="holds no token"):
        token_of(tmp_path / "a", {})
