"""Servers that other people wrote, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.results import result
from aisre_nb.mcp.spec import ServerSpec

Connect = Callable[[ServerSpec], Awaitable[Connection]]


def _repository(folder: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first one"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.mark.skipif(find_spec("mcp_server_git") is None, reason="mcp-server-git is not installed")
async def test_mcp_server_git(connect: Connect, person: Any, tmp_path: Path) -> None:
    _repository(tmp_path)
    args = ("-m", "mcp_server_git", "--repository", str(tmp_path))
    up = await connect(ServerSpec("git", sys.executable, args))
    assert {"git_log", "git_status", "git_commit"} <= {tool.name for tool in up.tools}
    given, ada = {"repo_path": str(tmp_path)}, person()
    found = result("git", "git_log", given, await up.call("git_log", given, ada.progress, ada.elicit))
    assert "first one" in found.text


def _npm(package: str) -> str:
    """The program of a package that npm installed before; nothing is fetched."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    folder = Path(root) / package
    if not folder.is_dir():
        pytest.skip(f"{package} is not installed: npm install -g {package}")
    return str(folder / "dist" / "index.js")


async def test_server_filesystem(connect: Connect, person: Any, tmp_path: Path) -> None:
    program = _npm("@modelcontextprotocol/server-filesystem")
    (tmp_path / "a.txt").write_text("hello")
    up = await connect(ServerSpec("files", "node", (program, str(tmp_path))))
    found = await up.call("list_directory", {"path": str(tmp_path)}, person().progress, person().elicit)
    assert "a.txt" in found.content[0].text  # type: ignore[union-attr]


async def test_server_everything(connect: Connect, person: Any) -> None:
    up = await connect(ServerSpec("everything", "node", (_npm("@modelcontextprotocol/server-everything"), "stdio")))
    found = await up.call("echo", {"message": "hello"}, person().progress, person().elicit)
    assert "hello" in found.content[0].text  # type: ignore[union-attr]


async def test_kubernetes_mcp_server(connect: Connect) -> None:
    program = shutil.which("kubernetes-mcp-server")
    if program is None:
        pytest.skip("kubernetes-mcp-server is not installed: npm install -g kubernetes-mcp-server")
    up = await connect(ServerSpec("kubernetes", program))
    assert up.tools
