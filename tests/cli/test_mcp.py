"""``aisre-nb mcp``: servers listed and allowed, headless questions with their tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed: pip install 'aisre-nb[mcp]'")

from aisre_nb.cli import main

BARE = Path(__file__).parents[1] / "mcp" / "programs" / "bare.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With one server that works, one that does not, and a telemetry folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    servers = {"bare": {"command": sys.executable, "args": [str(BARE)]}, "broken": {"command": "${NOT_SET}"}}
    (tmp_path / ".mcp.json").write_text(json.dumps({"mcpServers": servers}))
    (tmp_path / "case").mkdir()
    hours = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T12:00:00Z", "now": "2026-03-01T12:00:00Z"}
    (tmp_path / "case" / "manifest.json").write_text(json.dumps({"name": "tiny", **hours}))
    (tmp_path / "case" / "alerts.json").write_text("[]")
    return tmp_path


def test_a_server_is_listed_allowed_and_tried(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "list"]) == 4
    said = capsys.readouterr().out
    assert "FAILED  bare" in said and "nobody allowed it yet" in said and "NOT_SET is not set" in said
    assert main(["mcp", "allow", "nothing"]) == 2
    assert "no server 'nothing' is configured" in capsys.readouterr().err
    assert main(["mcp", "allow", "bare"]) == 0
    assert "bare may be started: " in capsys.readouterr().out
    (folder / ".mcp.json").write_text((folder / ".mcp.json").read_text().replace("${NOT_SET}", "${NOT_SET:-none-such}"))
    assert main(["mcp", "list"]) == 4
    assert (
        "ok      bare               MCP server: 11 tools, protocol 2025-11-25, 0 of them only look"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize("words", [["mcp", "serve", "x"], ["mcp", "allow"], ["mcp", "--case", "no-such-folder"]])
def test_what_is_wrong_is_a_line(words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert err.startswith("aisre-nb: ") and err.count("\n") == 1 and "→" in err


def test_a_headless_question_says_which_servers_are_missing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "aisre.toml").write_text('[sources.shop]\ntype = "folder"\npath = "case"\n')
    words = ["ask", "why?", "--model", "builtin", "--json"]
    assert main(words) == 0
    gaps: Any = json.loads(capsys.readouterr().out)["gaps"]
    assert any("MCP server bare" in gap and "aisre-nb mcp allow bare" in gap for gap in gaps)
    assert any("NOT_SET is not set" in gap for gap in gaps)
    assert main([*words, "--approve", "run start_server on server:bare once"]) == 0
    gaps = json.loads(capsys.readouterr().out)["gaps"]
    assert not any("bare" in gap for gap in gaps)
    # A kept case is no world that a live server knows of.
    assert main([*words, "--case", "case"]) == 0
    assert "MCP" not in capsys.readouterr().out


def test_servers_alone_are_asked_of_no_sandbox(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcp", "allow", "bare"]) == 0
    capsys.readouterr()
    assert main(["ask", "why?", "--model", "builtin", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outcome"] == "inconclusive" and not (folder / ".aisre" / "worlds").exists()
    assert main(["approve", told["record"], "1"]) == 2
    assert "is no change that was denied" in capsys.readouterr().err
