"""IPython in a terminal, by a real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pexpect = pytest.importorskip("pexpect", reason="pexpect is not installed: the terminal is not tested")


@pytest.fixture
def terminal(tmp_path: Path, setup_code: str) -> Iterator[Any]:
    (tmp_path / "setup.ipy").write_text(f"%load_ext aisre_nb\n{setup_code}")
    environ = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), "AISRE_USER": "ada", "TERM": "dumb"}
    command = ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=nocolor", "-i"]
    child = pexpect.spawn(
        sys.executable,
        [*command, "setup.ipy"],
        cwd=str(tmp_path),
        env=environ,
        encoding="utf-8",
        timeout=30,
        echo=False,
    )
    child.expect(r"In \[\d+\]: ")
    yield child
    child.close(force=True)


def _line(terminal: Any, text: str) -> str:
    terminal.sendline(text)
    terminal.expect(r"In \[\d+\]: ")
    return str(terminal.before)


def test_a_change_is_asked_for_by_a_prompt(terminal: Any) -> None:
    _line(terminal, "TURNS[:] = [[('look', {}), ('alter', {'title': 'x'})], [REPORT]]")
    terminal.sendline("%%sre\nChange something.\n\n")
    terminal.expect("making a world …")
    terminal.expect("1. E1 look: 3 rows")
    terminal.expect("Before alter runs:")
    terminal.expect_exact("[s] stop: ")
    terminal.sendline("y")
    terminal.expect("2. E2 alter: altered")
    terminal.expect(r"In \[\d+\]: ")
    assert "['x']" in _line(terminal, "ALTERED")


def test_ctrl_c_stops_in_one_line(terminal: Any) -> None:
    _line(terminal, "TURNS[:] = [[('look', {})], 'wait']")
    terminal.sendline("%%sre\nWait for it.\n\n")
    terminal.expect("1. E1 look: 3 rows")
    terminal.sendintr()
    terminal.expect("Stopped: stopped: what was found so far is kept")
    terminal.expect(r"In \[\d+\]: ")
    assert "Traceback" not in terminal.before
    assert "1 steps, 1 results" in _line(terminal, "%sre status")
    assert "begins a new investigation" in _line(terminal, "%sre reset")
