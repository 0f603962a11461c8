"""Small real servers, over standard input and over HTTP, and connections to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed: pip install 'aisre-nb[mcp]'")

import mcp_types as types

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.servers import Servers
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.models.base import AssistantMessage, ToolCall, Turn, TurnRequest
from aisre_nb.record.audit import Audit
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(autouse=True)
def _own_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def spec() -> Callable[..., ServerSpec]:
    """Of one of the programs beside this file."""

    def make(program: str = "small", *args: str, name: str = "", **more: Any) -> ServerSpec:
        file = str(PROGRAMS / f"{program}.py")
        return ServerSpec(name or program, sys.executable, (file, *args), **{"call_seconds": 20.0, **more})

    return make


@pytest.fixture
async def connect() -> AsyncIterator[Callable[[ServerSpec], Awaitable[Connection]]]:
    """Connections that are closed after the test; each has left no process then."""
    made: list[Connection] = []

    async def up(spec: ServerSpec) -> Connection:
        made.append(Connection(spec))
        await made[-1].start()
        return made[-1]

    yield up
    for connection in made:
        await connection.close()
    assert not _left()


def _left() -> list[psutil.Process]:
    """What was started for a connection, and is still there."""
    running = psutil.Process().children(recursive=True)
    return [p for p in running if p.status() != psutil.STATUS_ZOMBIE and "guard.py" in " ".join(p.cmdline())]


class Person:
    """Who is told and asked while a call runs."""

    def __init__(self, **answer: Any) -> None:
        self.told: list[tuple[float, float | None, str | None]] = []
        self.asked: list[types.ElicitRequestParams] = []
        self._answer = answer

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.told.append((done, total, message))

    async def elicit(self, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append(params)
        return (
            types.ElicitResult(action="accept", content=self._answer)
            if self._answer
            else types.ElicitResult(action="decline")
        )


@pytest.fixture
def person() -> type[Person]:
    return Person


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where ``small.py`` listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    running = subprocess.Popen(
        [sys.executable, str(PROGRAMS / "small.py"), "http", str(port)], env=environ, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        running.terminate()
        running.wait(10)


@dataclass
class Scripted:
    """A model that plays its turns, and keeps what it was asked."""

    turns: list[list[tuple[str, dict[str, Any]]]]
    name: str = "scripted"
    seen: list[TurnRequest] = field(default_factory=list)

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        self.seen.append(request)
        step = self.turns.pop(0) if self.turns else [("submit_report", {"outcome": "no_fault", "claims": []})]
        calls = tuple(ToolCall(f"c{len(self.seen)}.{n}", *call) for n, call in enumerate(step))
        return Turn(AssistantMessage("Looking.", calls), "tool_use")

    async def close(self) -> None:
        pass


@dataclass
class Fixed:
    """Decides as it is told, and keeps what it was shown."""

    verdict: str = "approve"
    edits: dict[str, Any] = field(default_factory=dict)
    shown: list[Proposal] = field(default_factory=list)

    async def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        edited = self.verdict == "approve" and any(name in proposal.view.editable for name in self.edits)
        verdict: Any = "edit" if edited else self.verdict
        given = {**proposal.arguments, **self.edits} if edited else {}
        return Decision(proposal.call_id, verdict, proposal.digest, "panel", "ada", NOW, given, "because", 1.0)


@pytest.fixture
def fixed() -> type[Fixed]:
    return Fixed


@pytest.fixture
def investigation(tmp_path: Path) -> Iterator[Callable[..., Investigation]]:
    """``investigation(turn, turn, policy=…, reads=…)``."""
    made: list[Investigation] = []

    def make(*turns: Any, policy: str = "read", **settings: Any) -> Investigation:
        record = Record.create(tmp_path / "records", "why")
        made.append(
            Investigation(
                Settings(base=tmp_path, **settings),
                Sources(now=NOW),
                Scripted(list(turns)),
                Registry(),
                Policy.parse(policy),
                record,
                audit=Audit(tmp_path / "audit.jsonl"),
            )
        )
        return made[-1]

    yield make
    for inv in made:
        assert inv.record is not None
        inv.record.close()


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    made = Servers()
    yield made
    await made.close()
    assert not _left()
