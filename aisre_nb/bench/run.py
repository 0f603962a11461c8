"""A suite, a few cases at a time, until all are done, the money is spent or somebody stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from aisre_nb.bench.asking import Asker
from aisre_nb.bench.kept import Kept
from aisre_nb.bench.score import Row
from aisre_nb.bench.suite import Case

Tell = Callable[[int, int, Sequence[Row]], None]
"""How many are done, of how many, and their rows."""
_HEARD = 0.5
"""Seconds after which an interrupt is heard, and progress told again."""


@dataclass
class Ran:
    """What came of it."""

    rows: list[Row] = field(default_factory=list)
    """In the order of the suite."""
    before: int = 0
    """How many of them an earlier run had finished."""
    stopped: str = ""
    """Why it ended before all were done."""
    interrupted: bool = False


def run(cases: Sequence[Case], asker: Asker, kept: Kept, jobs: int, max_usd: float | None, tell: Tell) -> Ran:
    """Ask what is not finished yet; an error that a case ended with before is tried again."""
    rows = kept.finished(cases)
    ran = Ran(before=len(rows))
    waiting = [case for case in cases if case.key not in rows]
    running: dict[Future[Row | None], Case] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            while waiting or running:
                left = None if max_usd is None else max_usd - sum(row["cost_usd"] for row in rows.values())
                if left is not None and left <= 0 and waiting:
                    ran.stopped = f"{max_usd:g} USD are spent: {len(waiting)} cases were not asked"
                    waiting = []
                while waiting and len(running) < jobs:
                    case = waiting.pop(0)
                    running[pool.submit(asker.run, case, None if left is None else left / jobs)] = case
                for future in wait(running, _HEARD, FIRST_COMPLETED).done:
                    case, row = running.pop(future), future.result()
                    if row is not None:
                        kept.add(row)
                        rows[case.key] = row
                tell(len(rows), len(cases), list(rows.values()))
        except BaseException as error:
            asker.stop()
            if not isinstance(error, KeyboardInterrupt):
                raise
            ran.interrupted = True
            ran.stopped = f"interrupted: {len(cases) - len(rows)} cases are not finished"
    ran.rows = [rows[case.key] for case in cases if case.key in rows]
    return ran
