"""Servers of the Model Context Protocol in a real kernel: they start with the first question, end with the kernel."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

pytest.importorskip("mcp", reason="the package mcp is not installed: pip install 'aisre-nb[mcp]'")

BARE = Path(__file__).parents[1] / "mcp" / "programs" / "bare.py"
ASK = "%%sre\nwhy?"


def _servers(kernel: Any) -> set[int]:
    """The processes that the kernel started for servers: guard and program."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(BARE) in words and str(kernel.folder) in words and process.status() != psutil.STATUS_ZOMBIE:
            found.add(process.pid)
    return found


def _gone(kernel: Any, seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while _servers(kernel) and time.monotonic() < end:
        time.sleep(0.05)
    return not _servers(kernel)


def _turn(kernel: Any, *calls: tuple[str, dict[str, Any]]) -> None:
    kernel.run(f"TURNS.append({list(calls)!r})")


# A loop that the front end's library makes for a restart is left open by it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_servers_live_as_long_as_the_kernel_and_no_longer(kernel: Any) -> None:
    # The folder as an argument tells this kernel's programs from those of others.
    entry = {"command": sys.executable, "args": [str(BARE), "plain", str(kernel.folder)], "call_seconds": 60}
    broken = {"command": "no-such-program"}
    (kernel.folder / ".mcp.json").write_text(json.dumps({"mcpServers": {"bare": entry, "broken": broken}}))
    (kernel.folder / "aisre.toml").write_text('reads = ["bare.add", "bare.hang", "bare.get_logs"]\n')
    kernel.run(f"import os; os.environ['XDG_CONFIG_HOME'] = {str(kernel.folder / 'config')!r}")

    # Loading starts nothing, and what nobody allowed is not started.
    assert "FAILED bare" in kernel.run("%sre mcp").text and not _servers(kernel)
    ran = kernel.run(ASK)
    assert "nobody allowed it yet" in ran.text and not _servers(kernel)
    kernel.run("%sre reset")
    assert "bare may be started" in kernel.run("%sre mcp allow bare").text
    kernel.run("%sre mcp allow broken")

    # The first question starts it; one that does not start is a line; the second question finds it up.
    _turn(kernel, ("bare__add", {"a": 1, "b": 2}), ("bare__get_logs", {}))
    ran = kernel.run(ASK)
    assert ran.status == "ok" and "1. E1 bare.add: 3" in ran.text and "2. E2 bare.get_logs" in ran.text
    assert "the MCP server broken: the program no-such-program is not there" in ran.text
    first = _servers(kernel)
    assert len(first) == 2
    assert kernel.value("sre.E['E2'].df['body'].tolist()") == ["disk is full"]
    _turn(kernel, ("bare__add", {"a": 2, "b": 2}))
    assert "bare.add: 4" in kernel.run(ASK).text and _servers(kernel) == first
    assert (
        "ok     bare    MCP server: 11 tools, protocol 2025-11-25, 3 of them only look"
        in kernel.run("%sre sources").text
    )
    assert "bare.lies" in kernel.run("%sre tools").text

    # A change asks, and nobody is there.
    _turn(kernel, ("bare__lies", {"file": str(kernel.folder / "written")}))
    assert "nobody approved it" in kernel.run(ASK).text and not (kernel.folder / "written").exists()

    # The stop button ends the wait, and nothing else.
    _turn(kernel, ("bare__hang", {}))
    threading.Timer(1.5, kernel.interrupt).start()
    ran = kernel.run(ASK)
    assert ran.ename == "Stopped" and ran.seconds < 5 and _servers(kernel) == first

    # Loading anew ends them, whatever they do; the next question starts them again.
    assert kernel.run("%reload_ext aisre_nb").status == "ok" and _gone(kernel, 0.5)
    _turn(kernel, ("bare__add", {"a": 3, "b": 3}))
    assert "bare.add: 6" in kernel.run(ASK).text
    assert _servers(kernel) and not _servers(kernel) & first

    # So does a restart. Where the kernel is killed the guard sees to it (tests/mcp/test_guard.py).
    kernel._manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=60)
    assert _gone(kernel)
