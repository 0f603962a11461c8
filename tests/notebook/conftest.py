"""A real kernel with a model that plays its turns; and a cell's own objects without one."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SETUP = '''
import asyncio
from datetime import UTC, datetime
import aisre_nb.session.start as beginning
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import AssistantMessage, ToolCall, Turn
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.sources.sources import Sources

REPORT = ("submit_report", {"outcome": "no_fault", "claims": []})
TURNS, ALTERED, ASKED = [], [], []

class Scripted:
    name = "scripted"
    count = 0

    async def turn(self, request, on_text):
        step = TURNS.pop(0) if TURNS else [REPORT]
        ASKED.append(request.question)
        if step == "wait":
            await asyncio.sleep(60)
        if step == "fail":
            raise ModelUnavailable("there is no key", "set one")
        if isinstance(step, str):
            on_text(step)
            return Turn(AssistantMessage(step), "end_turn")
        on_text("Looking.")
        Scripted.count += 1
        calls = tuple(ToolCall(f"c{Scripted.count}.{n}", *call) for n, call in enumerate(step))
        return Turn(AssistantMessage("Looking.", calls), "tool_use")

    async def close(self):
        pass

def start(settings, *, sources=None, registry=None, question="", notes=(), progress=None):
    progress("making a world", 0.5)
    record = Record.create(settings.record_dir, question)
    policy = Policy.parse(settings.approve)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Investigation(settings, Sources(now=now), Scripted(), registry, policy, record, ("Model: scripted.",))

beginning.start = start

@sre.tool
def look(rows: int = 3) -> list:
    """Looks."""
    return [{"n": n} for n in range(rows)]

@sre.tool(effect="change")
def alter(title: str) -> str:
    """Alters."""
    ALTERED.append(title)
    return "altered"
'''


@dataclass
class Ran:
    """What came of one cell."""

    status: str
    seconds: float
    outputs: list[dict[str, Any]] = field(default_factory=list)
    """The iopub messages: ``type`` and their content."""
    error: list[str] = field(default_factory=list)
    """The traceback's lines."""
    ename: str = ""

    @property
    def text(self) -> str:
        """All that can be read."""
        parts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in self.outputs]
        return "\n".join([*parts, *self.error])


class Kernel:
    """Runs cells as a front end does."""

    def __init__(self, manager: Any, client: Any, folder: Path) -> None:
        self._manager = manager
        self.client = client
        self.folder = folder

    def run(
        self,
        code: str,
        *,
        person: bool = False,
        on: Callable[[dict[str, Any]], None] | None = None,
        seconds: float = 60,
        tags: tuple[str, ...] = (),
    ) -> Ran:
        """``person``: the front end says that somebody could type; ``on`` sees each message, stdin's too.

        ``tags``: the cell's, as JupyterLab sends them.
        """
        start = time.monotonic()
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": person}
        asked = self.client.session.msg("execute_request", {**content, "stop_on_error": True})
        asked["metadata"] = {"tags": list(tags)} if tags else {}
        self.client.shell_channel.send(asked)
        number = asked["header"]["msg_id"]
        outputs: list[dict[str, Any]] = []
        idle = False
        reply: dict[str, Any] | None = None
        while reply is None or not idle:
            assert time.monotonic() - start < seconds, f"the cell runs for ever: {outputs}"
            for get in (self.client.get_iopub_msg, self.client.get_stdin_msg):
                try:
                    message = get(timeout=0.02)
                except queue.Empty:
                    continue
                kind, content = message["header"]["msg_type"], message["content"]
                if kind == "status" and message["parent_header"].get("msg_id") == number:
                    idle = content["execution_state"] == "idle"
                outputs.append({"type": kind, **content})
                if on is not None:
                    on(outputs[-1])
            if reply is None:
                try:
                    found = self.client.get_shell_msg(timeout=0.02)
                except queue.Empty:
                    continue
                reply = found["content"] if found["parent_header"].get("msg_id") == number else None
        ran = Ran(reply["status"], time.monotonic() - start, outputs)
        if reply["status"] == "error":
            ran.error, ran.ename = reply["traceback"], reply["ename"]
        return ran

    def value(self, expression: str) -> Any:
        """Of JSON."""
        ran = self.run(f"import json; print('JSON' + json.dumps({expression}))")
        return json.loads(ran.text.split("JSON", 1)[1])

    def page(self, comm: str, **content: Any) -> None:
        """What the page says to its panel."""
        data = {"method": "custom", "content": content}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", {"comm_id": comm, "data": data}))

    def interrupt(self) -> None:
        self._manager.interrupt_kernel()

    def events(self) -> list[dict[str, Any]]:
        """Of the newest record; each line has to be whole."""
        files = sorted(self.folder.glob(".aisre/records/*/events.jsonl"), key=lambda f: f.stat().st_mtime)
        text = files[-1].read_text()
        assert text.endswith("\n")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def _kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    from jupyter_client.manager import KernelManager

    folder = tmp_path_factory.mktemp("kernel")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("AISRE_", "ANTHROPIC_", "PYTEST_"))}
    environ |= {"AISRE_USER": "ada", "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    kernel = Kernel(manager, client, folder)
    assert kernel.run("%load_ext aisre_nb").status == "ok"
    assert kernel.run(SETUP).status == "ok"
    try:
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        client.context.destroy(linger=0)


@pytest.fixture
def kernel(_kernel: Kernel) -> Kernel:
    """With nothing investigated, and no turn left over."""
    _kernel.run("TURNS.clear(); ALTERED.clear(); ASKED.clear(); sre.chosen.clear()\n%sre reset")
    return _kernel


@pytest.fixture(scope="session")
def setup_code() -> str:
    return SETUP
