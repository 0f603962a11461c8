"""Merged source is run, and whoever wrote it may have wanted something else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox.asked import Asked
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.repository import trial
from aisre_nb.sandbox.repository.trial import Trial, tried

ASKED = Asked("cart-errors", 3)
TOTALS = "services/cart/cart/totals.py"


@pytest.fixture(scope="module")
def tree() -> dict[str, str]:
    """The shop's source with the fault in it."""
    return {path: text for commit in ASKED.begin().commits for path, text in commit.files.items()}


def _with(tree: dict[str, str], code: str) -> dict[str, str]:
    """The same, that does this first when it is imported."""
    return tree | {TOTALS: f"{code}\n{tree[TOTALS]}"}


def test_the_faulty_source_raises_what_its_logs_say(tree: dict[str, str]):
    found = tried(ASKED, "cart", tree)
    said = found.said[0]
    assert isinstance(said, Raised) and said.type == "UnboundLocalError" and said.file == "/app/cart/totals.py"
    assert not found.broken and said == ASKED.begin().raised[0], "as it is found when the world is made"


def test_a_fix_raises_nothing(tree: dict[str, str]):
    fixed = tree | {TOTALS: tree[TOTALS].replace("    if cart.coupon:\n", "    discount = ZERO\n    if cart.coupon:\n")}
    assert tried(ASKED, "cart", fixed) == Trial({0: None})


def test_a_service_without_a_probe_is_imported_at_least(tree: dict[str, str]):
    assert tried(ASKED, "currency", tree) == Trial()
    broken = tree | {"services/currency/currency/rates.py": "def rates(:\n"}
    assert tried(ASKED, "currency", broken).broken.startswith("SyntaxError: ")


def test_the_names_that_were_asked_for_are_the_source_s(tree: dict[str, str]):
    asked = Asked("cart-errors", 3, names={"cart": "basket"})
    sim = asked.begin()
    renamed = {sim.names.text(p): sim.names.text(t) for commit in sim.commits for p, t in commit.files.items()}
    said = tried(asked, "basket", renamed).said[0]
    assert isinstance(said, Raised) and said.file == "/app/basket/totals.py"


@pytest.mark.parametrize(
    "code, problem",
    [
        ("raise ValueError('no config')", "ValueError: no config"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import os; os._exit(0)", "ended before it was ready"),
        ("import os; os.system('true')", "os.system is not possible"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen is not possible"),
        ("import os; os.fork()", "os.fork is not possible"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo is not possible"),
        ("import ctypes; ctypes.CDLL(None)", "ctypes.dlopen is not possible"),
        ("open('/etc/passwd').read()", "elsewhere"),
        ("import pathlib; pathlib.Path('../x').write_text('x')", "elsewhere"),
        ("import os; os.remove('/tmp/nothing')", "elsewhere"),
        ("import sqlite3; sqlite3.connect('/tmp/x.db')", "only a database in memory"),
        ("bytearray(4 << 30)", "MemoryError"),
    ],
)
def test_source_that_wants_something_else_does_not_begin(tree: dict[str, str], code: str, problem: str):
    assert problem in tried(ASKED, "cart", _with(tree, code)).broken


def test_it_sees_no_secret_of_the_environment_and_what_it_prints_is_nobody_s(
    tree: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-planted-0123456789")
    code = "import os, sys\nprint('x' * 99)\nraise ValueError(sorted(os.environ))"
    told = tried(ASKED, "cart", _with(tree, code)).broken
    assert "ANTHROPIC" not in told and "HOME" in told


def test_source_that_never_ends_is_ended(tree: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial, "TIME_LIMIT", 3.0)
    assert tried(ASKED, "cart", _with(tree, "while True: pass")).broken == "the program was not ready within 3 s"


@pytest.fixture
def listener() -> Iterator[list[Any]]:
    """Who called, at the port that comes first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        called: list[Any] = [server.getsockname()[1]]

        def accept() -> None:
            try:
                called.append(server.accept()[1])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield called


def test_nobody_is_called(tree: dict[str, str], listener: list[Any], tmp_path: Path):
    code = f"""
import os, socket
for attempt in (
    lambda: socket.socket().connect(("127.0.0.1", {listener[0]})),
    lambda: open({str(tmp_path / "left")!r}, "w").close(),
    lambda: os.mkdir({str(tmp_path / "folder")!r}),
):
    try:
        attempt()
    except Exception:
        pass
"""
    tried(ASKED, "cart", _with(tree, code))
    assert len(listener) == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, {"said": []}, {"said": {}, "broken": 3}, {"said": {"x": 1}}, {"said": {"0": "text"}},
        {"said": {"0": {"type": "E"}}}, {"said": {"0": {"type": 1, "message": "", "stack": "", "file": "", "line": 1}}},
        {"said": {"0": {"type": "E" * 30_000, "message": "", "stack": "", "file": "", "line": 1}}},
    ],
)  # fmt: skip
def test_what_no_probe_finds_is_no_trial(told: Any):
    with pytest.raises(ValueError):
        Trial.read(told)


def test_a_trial_is_told_and_read():
    kept = Trial({0: None, 1: True, 2: 7, 3: Raised("E", "m", "s", "/app/a.py", 3)}, "")
    assert Trial.read(json.loads(json.dumps(kept.told()))) == kept
