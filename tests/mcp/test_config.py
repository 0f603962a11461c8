"""Servers out of .mcp.json and aisre.toml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError
from aisre_nb.mcp.config import configured
from aisre_nb.settings import Settings

ENVIRON = {"METORO_AUTH_TOKEN": "tok-abcdefgh", "METORO_API_URL": "https://us-east.metoro.io"}


def _write(folder: Path, servers: Any, toml: str = "") -> Settings:
    (folder / ".mcp.json").write_text(servers if isinstance(servers, str) else json.dumps({"mcpServers": servers}))
    if toml:
        (folder / "aisre.toml").write_text(toml)
    return Settings.load(folder)


def test_both_files_are_read_and_ours_goes_first(tmp_path: Path) -> None:
    metoro = {
        "command": "metoro-mcp-server",
        "args": ["--url", "${METORO_API_URL}"],
        "env": {"METORO_AUTH_TOKEN": "${METORO_AUTH_TOKEN}"},
    }
    web = {
        "type": "http",
        "url": "https://mcp.example.org/mcp",
        "headers": {"Authorization": "Bearer ${METORO_AUTH_TOKEN}"},
    }
    toml = '[mcp.web]\nurl = "https://ours.example.org/mcp"\n[mcp.off]\ncommand = "x"\ndisabled = true\n'
    specs, notes = configured(_write(tmp_path, {"metoro": metoro, "web": web}, toml), ENVIRON)
    found = {spec.name: spec for spec in specs}
    assert not notes and set(found) == {"metoro", "web"}
    assert found["web"].url == "https://ours.example.org/mcp"
    assert found["metoro"].args == ("--url", "https://us-east.metoro.io")
    assert found["metoro"].env == {"METORO_AUTH_TOKEN": "tok-abcdefgh"}
    assert found["metoro"].shown == "metoro-mcp-server --url ${METORO_API_URL}"
    assert "tok-abcdefgh" not in repr(specs)
    assert found["metoro"].masked("it was tok-abcdefgh") == "it was [redacted:mcp]"
    # What is no secret by its name stays as it is: answers are full of addresses.
    assert found["metoro"].masked("https://us-east.metoro.io/x") == "https://us-east.metoro.io/x"


def test_a_literal_token_is_a_secret_too(tmp_path: Path) -> None:
    web = {
        "url": "https://mcp.example.org/mcp",
        "headers": {"Authorization": "Bearer literal-token-1", "X-Api-Key": "literal-key-2"},
    }
    [spec], _ = configured(_write(tmp_path, {"web": web}), {})
    assert spec.masked("literal-token-1 literal-key-2") == "[redacted:mcp] [redacted:mcp]"


def test_a_token_of_a_command_line_is_not_shown(tmp_path: Path) -> None:
    entry = {"command": "x", "args": ["--api-key", "literal-key-1", "--token=literal-token-2", "--limit=100000"]}
    [spec], _ = configured(_write(tmp_path, {"x": entry}), {})
    assert spec.shown == "x --api-key [redacted:mcp] --token=[redacted:mcp] --limit=100000"


def test_another_entry_or_another_file_is_another_server(tmp_path: Path) -> None:
    entry = {"command": "x", "args": ["${A:-1}"]}
    other = tmp_path / "other"
    other.mkdir()
    specs = [
        configured(_write(folder, {"x": {**entry, **more}}), environ)[0][0]
        for folder, more, environ in [
            (tmp_path, {}, {}),
            (tmp_path, {}, {"A": "2"}),
            (tmp_path, {"args": ["3"]}, {}),
            (other, {}, {}),
        ]
    ]
    first, same, edited, elsewhere = (spec.digest for spec in specs)
    assert first == same and len({first, edited, elsewhere}) == 3


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "it needs a command or a url"),
        ({"command": "x", "url": "https://x.org"}, "it needs a command or a url"),
        ({"command": ["x"]}, "command is no text"),
        ({"command": "x", "args": "y"}, "args is no list"),
        ({"command": "x", "env": ["A"]}, "env is no table"),
        ({"url": "ftp://x.org"}, "its url is no plain web address"),
        ({"url": "https://user:pw@x.org"}, "its url is no plain web address"),
        ({"url": "http://x.org/mcp"}, "its url is not encrypted"),
        ({"type": "sse", "url": "https://x.org/sse"}, "the transport sse was given up"),
        ({"command": "${NONE}"}, "NONE is not set"),
        ({"command": "x", "protocol": "2020"}, "protocol '2020' is not known"),
        ({"command": "x", "start_seconds": -1}, "start_seconds = -1 is no number of seconds"),
        (
            {"url": "https://x.org", "oauth": {"client_id": "a", "client_secret": "b"}},
            "oauth has a client_secret and no issuer",
        ),
        ("x", "it is no table"),
    ],
)
def test_what_is_wrong_is_a_line_and_the_others_go_on(entry: Any, said: str, tmp_path: Path) -> None:
    specs, [note] = configured(_write(tmp_path, {"bad": entry, "good": {"command": "x"}}), {})
    assert [spec.name for spec in specs] == ["good"]
    assert note.startswith(f"MCP server 'bad' in .mcp.json: {said}") and " → " in note


@pytest.mark.parametrize("name", ["a.b", "", "x" * 40, "a b", "../x"])
def test_a_name_keeps_its_tools_apart(name: str, tmp_path: Path) -> None:
    specs, [note] = configured(_write(tmp_path, {name: {"command": "x"}}), {})
    assert not specs and "that is no name for a server" in note


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": []}', "[" * 100_000])
def test_a_file_that_cannot_be_read_is_a_line(text: str, tmp_path: Path) -> None:
    specs, [note] = configured(_write(tmp_path, text), {})
    assert not specs and ".mcp.json" in note


def test_our_own_file_refuses_keys_that_mean_nothing(tmp_path: Path) -> None:
    settings = _write(tmp_path, {}, '[mcp.x]\ncomand = "x"\n')
    assert "comand means nothing" in configured(settings, {})[1][0]
    with pytest.raises(ConfigurationError, match=r"\[mcp\] is no table of servers"):
        _write(tmp_path, {}, 'mcp = "x"\n')
