"""A record that another process writes: it is read, that is said, and a new question has a record of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.conftest import Kernel

WRITER = """
import sys
from pathlib import Path
from aisre_nb.record.record import Record
record = Record.resume(Path(sys.argv[1]))
print("writing", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def written(kernel: Kernel) -> Iterator[tuple[Path, int]]:
    """A record, and the process that writes it."""
    kernel.run("TURNS[:] = [[('look', {'rows': 2})], [REPORT]]")
    assert kernel.run("%%sre\nWhy is it slow?").status == "ok"
    folder = Path(kernel.value("str(sre.last.record.folder)"))
    kernel.run("%sre reset")
    other = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == b"writing\n"
    try:
        yield folder, other.pid
    finally:
        other.stdin.close()
        other.wait(10)
        other.stdout.close()


def test_the_second_reads_and_asks_elsewhere(kernel: Kernel, written: tuple[Path, int]) -> None:
    folder, pid = written
    before = (folder / "events.jsonl").read_bytes()
    said = kernel.run(f"%sre resume {folder}")
    assert said.status == "ok"
    assert f"is being written by process {pid}, so it is open for reading only." in said.text
    assert kernel.value("len(sre.E['E1'].df)") == 2
    assert "Inconclusive" in kernel.run("%sre report").text and "1. E1 look" in kernel.run("%sre show").text
    refused = kernel.run("sre.cite(sre.E['E1'].df, 'x')")
    assert refused.ename == "UsageError" and "open for reading only" in refused.text
    kernel.run("TURNS[:] = [[('look', {'rows': 3})], [REPORT]]")
    assert kernel.run("%%sre\nAnd now?").status == "ok"
    assert kernel.value("[str(sre.last.record.folder) != " + repr(str(folder)) + ", len(sre.E)]") == [True, 1]
    assert (folder / "events.jsonl").read_bytes() == before


def test_ones_own_record_is_gone_on_with(kernel: Kernel) -> None:
    kernel.run("TURNS[:] = [[('look', {'rows': 2})], [REPORT]]")
    assert kernel.run("%%sre\nWhy is it slow?").status == "ok"
    # The scripted world does not say how to open it again; what counts is that the record is not busy.
    assert "being written" not in kernel.run("%sre resume").text
