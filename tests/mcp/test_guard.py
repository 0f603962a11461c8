"""What stands between us and a server ends it, whatever becomes of us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from aisre_nb.mcp import guard

PARENT = """
import os, subprocess, sys, time
limits, run = [str(os.getpid()), "1000", "100"], [sys.executable, "-I", "-c", sys.argv[2]]
pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
subprocess.Popen([sys.executable, "-I", sys.argv[1], *limits, *run], start_new_session=True, **pipes)
time.sleep(60)
"""
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setpgid(0, os.getpgid(os.getppid()))
open(sys.argv[1] + str(os.getpid()), "w").close() if len(sys.argv) > 1 else None
time.sleep(60)
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups are of POSIX")


def _run(code: str, line: int = 1000, rate: int = 100, parent: int | None = None) -> subprocess.CompletedProcess[str]:
    words = [guard.__file__, str(parent or os.getpid()), str(line), str(rate), sys.executable, "-I", "-c", code]
    return subprocess.run(
        [sys.executable, "-I", *words], capture_output=True, text=True, timeout=30, start_new_session=True,
        input="ping\n", check=False,
    )  # fmt: skip


def test_input_and_output_pass_and_the_last_words_are_told() -> None:
    done = _run("import sys; print(input()); print('x' * 9000, 'the end', file=sys.stderr)")
    assert done.stdout == "ping\n"
    assert done.stderr.endswith("the end\n") and len(done.stderr) == 4000


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('x' * 5000, end='')", "ended, for it sent a line of more than 1000 bytes"),
        ("for n in range(500): print(n)", "ended, for it sent more than 100 lines in a second"),
    ],
)
def test_what_is_too_much_ends_it(code: str, said: str) -> None:
    done = _run(f"import time, sys\n{code}\nsys.stdout.flush()\ntime.sleep(60)")
    assert done.stderr.endswith(said)


def test_a_program_that_is_not_there_is_a_line() -> None:
    words = [guard.__file__, str(os.getpid()), "9", "9", "/no/such/program"]
    done = subprocess.run([sys.executable, "-I", *words], capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr == "/no/such/program: No such file or directory\n"


def test_when_we_are_killed_it_ends_with_all_that_it_started(tmp_path: Path) -> None:
    code = STUBBORN.replace("sys.argv[1]", repr(f"{tmp_path}/")).replace("len(sys.argv) > 1", "True")
    ours = subprocess.Popen([sys.executable, "-c", PARENT, guard.__file__, code])
    for _ in range(200):
        if len(list(tmp_path.iterdir())) == 2:
            break
        time.sleep(0.02)
    started = [psutil.Process(int(file.name)) for file in tmp_path.iterdir()]
    assert len(started) == 2
    ours.send_signal(signal.SIGKILL)
    ours.wait()
    _, alive = psutil.wait_procs(started, timeout=8)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
