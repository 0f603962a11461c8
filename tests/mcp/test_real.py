"""Servers that other people wrote, where they are installed; nothing is fetched."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.allowing import allow
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.eliciting import elicited
from aisre_nb.mcp.joining import join
from aisre_nb.mcp.servers import Servers
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.session.investigation import Investigation
from tests.mcp.installed import ask, npm

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
    assert "first one" in (await ask(up, person(), "git_log", repo_path=str(tmp_path))).text


async def test_files_are_read_as_they_are(connect: Connect, person: Any, tmp_path: Path) -> None:
    up = await connect(ServerSpec("files", "node", (npm("@modelcontextprotocol/server-filesystem"), str(tmp_path))))
    (tmp_path / "a.txt").write_text('she said "no"\n\tand left\n')
    (tmp_path / "long.log").write_text("\n".join(f"line {n}" for n in range(3_000)))
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    points = [{"time": f"2026-03-01T12:{n:02d}:00Z", "service": "cart", "value": n} for n in range(9)]
    (tmp_path / "points.json").write_text(json.dumps(points))

    async def asked(tool: str, name: str = "") -> ToolResult:
        return await ask(up, person(), tool, path=str(tmp_path / name))

    assert (await asked("read_text_file", "a.txt")).text == 'she said "no"\n\tand left\n'
    long = await asked("read_text_file", "long.log")
    assert long.frame is not None and long.frame["text"].iloc[-1] == "line 2999"
    drawn = await asked("read_text_file", "points.json")
    assert (drawn.kind, drawn.summary) == ("metrics", "1 series, 9 points")
    tree = (await asked("directory_tree")).frame
    assert tree is not None and set(tree["name"]) >= {"a.txt", "long.log", "p.png", "points.json"}
    picture = await asked("read_media_file", "p.png")
    assert (picture.frame, picture.text, picture.facts) == (None, "", {})
    assert picture.notes == ("files.read_media_file: image of 108 bytes was not looked at",)
    with pytest.raises(ToolError, match="Access denied"):
        await asked("read_text_file", "../../etc/hostname")


async def test_a_file_is_written_when_a_person_said_so(
    servers: Servers, investigation: Callable[..., Investigation], fixed: Any, tmp_path: Path
) -> None:
    spec = ServerSpec("files", "node", (npm("@modelcontextprotocol/server-filesystem"), str(tmp_path)))
    note = tmp_path / "note.md"
    wanted = [("files__write_file", {"path": str(note), "content": "restart it"})]
    inv = investigation(wanted, wanted, reads=("files.read_text_file",), max_tool_tokens=20_000)
    allow(spec)
    assert await join(inv, servers, [spec], AutomaticApprover(inv.policy, "nobody")) == []
    await inv.ask("why?", approver=(ada := fixed("reject")))
    assert not note.exists()
    assert ("content", "", "restart it") in ada.shown[0].view.rows and ada.shown[0].scope == ("server:files",)
    inv.model.turns[:] = [wanted]
    await inv.ask("and now?", approver=fixed())
    assert note.read_text() == "restart it"


@pytest.fixture
def everything(request: pytest.FixtureRequest) -> Iterator[ServerSpec]:
    """It over standard input, or over HTTP."""
    program = npm("@modelcontextprotocol/server-everything")
    if request.param == "stdio":
        yield ServerSpec("everything", "node", (program, "stdio"), call_seconds=1.0)
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "PORT": str(port)}
    running = subprocess.Popen(
        ["node", program, "streamableHttp"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield ServerSpec("everything", url=f"http://127.0.0.1:{port}/mcp", call_seconds=1.0)
    finally:
        running.terminate()
        running.wait(10)


@pytest.mark.parametrize("everything", ["stdio"], indirect=True)
async def test_everything(everything: ServerSpec, connect: Connect, person: Any) -> None:
    up, ada = await connect(everything), person()

    async def asked(tool: str, **given: Any) -> ToolResult:
        return await ask(up, ada, tool, **given)

    # What runs as a task alone cannot be called.
    assert "simulate-research-query" not in {t.name for t in up.tools} and len(up.tools) >= 12
    assert (await asked("echo", message="hello")).text == "Echo: hello"
    assert (await asked("get-structured-content", location="Chicago")).facts["humidity"] == 82
    with pytest.raises(ToolError, match="expected one of"):
        await asked("get-structured-content", location="Paris")
    with pytest.raises(SourceUnreachable, match="no answer within 1 s"):
        await asked("trigger-long-running-operation", duration=2, steps=1)
    # It takes longer than its limit too, and tells how far it is.
    assert "completed" in (await asked("trigger-long-running-operation", duration=1.5, steps=6)).text
    assert [done for done, total, _ in ada.told if total == 6] == list(range(1, 7))
    told = await asked("get-resource-reference", resourceType="Text", resourceId=1)
    assert "This is a plaintext resource" in told.text
    blob = await asked("get-resource-reference", resourceType="Blob", resourceId=1)
    assert blob.notes == ("everything.get-resource-reference: a file of it was not looked at",)
    assert "see demo://resource/dynamic/" in (await asked("get-resource-links", count=2)).text
    assert (await asked("get-tiny-image")).notes[0].startswith("everything.get-tiny-image: image of")
    with pytest.raises(SourceUnreachable, match="wants a page to be opened, which is not done"):
        await asked("trigger-url-elicitation", url="http://127.0.0.1:9/", errorPath=True)
    assert up.starts == 1


class Typing(dict[str, str]):
    """A person who types the same into each form."""

    def __init__(self, **typed: str) -> None:
        super().__init__(typed)
        self.shown: list[tuple[Any, str]] = []

    async def __call__(self, view: Any, given: Any, again: str) -> Any:
        self.shown.append((view, again))
        # A number that is out of bounds at first.
        return {**given, **self, **({} if again else {"integer": "500"})}


@pytest.mark.parametrize("everything", ["stdio", "http"], indirect=True)
async def test_its_form_is_filled_in(everything: ServerSpec, connect: Connect, person: Any) -> None:
    up, ada, declined = await connect(everything), person(), []
    assert "completed" in (await ask(up, ada, "trigger-long-running-operation", duration=0.2, steps=2)).text
    assert ada.told == [(1, 2, None), (2, 2, None)]
    lee = Typing(name="Lee", check="yes", integer="7", titledSingleSelectEnum="Superman", legacyTitledEnum="Dogs")

    async def elicit(params: Any) -> Any:
        return await elicited(up.spec, lee, params, declined)

    found = await up.call("trigger-elicitation-request", {}, ada.progress, elicit)
    sent = json.loads(found.content[-1].text.partition(":")[2])["content"]  # type: ignore[union-attr]
    expected = {"name": "Lee", "check": True, "integer": 7, "number": 3.14, "titledSingleSelectEnum": "hero-1"}
    assert sent.items() >= {**expected, "legacyTitledEnum": "pet-2"}.items()
    assert sent["titledMultipleSelectEnum"] == ["fish-1"] and not declined
    assert [again for _, again in lee.shown] == ["", "integer must be from 1 to 100"]
    rows = {name.partition(":")[0]: shape for name, shape, _ in lee.shown[0][0].rows}
    assert rows["titledSingleSelectEnum"].startswith("one of hero-1 (Superman), hero-2 (Green Lantern)")
    found = await up.call(
        "trigger-url-elicitation", {"url": "http://127.0.0.1:9/", "message": "Sign in"}, ada.progress, elicit
    )
    assert "declined" in found.content[0].text  # type: ignore[union-attr]
    assert declined == ["everything wanted a page to be opened, which is not done: Sign in"]
