"""Runs: they go on where they stopped, end when the money is spent, and stop when somebody says so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aisre_nb.bench.asking import Asker
from aisre_nb.bench.kept import Kept
from aisre_nb.bench.run import Ran, run
from aisre_nb.bench.score import Row
from aisre_nb.bench.suite import Case

from .rows import row

CASES = tuple(Case(name, seed=1) for name in "abcd")


class Fake(Asker):
    """Answers at once; may be told to fail, or to wait until it is stopped."""

    def __init__(self, work: Path, hang: str = "") -> None:
        super().__init__("builtin", work)
        self.hang = hang
        self.asked: list[str] = []
        self.spent: list[float | None] = []

    def run(self, case: Case, usd: float | None = None) -> Row | None:
        self.asked.append(case.name)
        self.spent.append(usd)
        while case.name in self.hang:
            if self._stopped.is_set():
                return None
            time.sleep(0.01)
        return row(case.name)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path / "run")
    found.begin({"suite": "s"}, fresh=False)
    return found


def _run(asker: Asker, kept: Kept, max_usd: float | None = None) -> Ran:
    return run(CASES, asker, kept, 1, max_usd, lambda done, wanted, rows: None)


def test_what_is_done_is_not_asked_again(kept: Kept, tmp_path: Path) -> None:
    kept.add(row("b"))
    asker = Fake(tmp_path)
    ran = _run(asker, kept)
    assert asker.asked == ["a", "c", "d"] and ran.before == 1
    assert [found["name"] for found in ran.rows] == ["a", "b", "c", "d"]
    again = Fake(tmp_path)
    assert _run(again, kept).before == 4 and again.asked == []


def test_it_ends_when_the_money_is_spent(kept: Kept, tmp_path: Path) -> None:
    asker = Fake(tmp_path)
    ran = _run(asker, kept, max_usd=0.6)
    # Each costs a quarter of a dollar, and may not spend more than is left.
    assert asker.asked == ["a", "b", "c"] and asker.spent == pytest.approx([0.6, 0.35, 0.1])
    assert "0.6 USD are spent: 1 cases" in ran.stopped and not ran.interrupted


def test_an_interrupt_keeps_what_is_there(kept: Kept, tmp_path: Path) -> None:
    calls = 0

    def tell(done: int, wanted: int, rows: object) -> None:
        nonlocal calls
        calls += 1
        if done == 1:
            raise KeyboardInterrupt

    ran = run(CASES, Fake(tmp_path, hang="bcd"), kept, 1, None, tell)
    assert ran.interrupted and [found["name"] for found in ran.rows] == ["a"]
    assert "3 cases are not finished" in ran.stopped
    assert [found["name"] for found in kept.rows().values()] == ["a"]
