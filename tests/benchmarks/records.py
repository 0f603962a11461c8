"""How long a big record takes to open: `python tests/benchmarks/records.py`. Prints; asserts nothing.

10,000 events and 2 GB of evidence. The limit is 2 s, for a process that has loaded nothing yet. The 2 GB are one file
of 16 MB of random numbers under 125 names (hard links): what counts is that none of them is read.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

LIMIT = 2.0
FRAMES = 125
EVENTS = 10_000

OPEN = """
import sys, time
start = time.perf_counter()
from pathlib import Path
from aisre_nb.record.record import Record
record = Record.load(Path(sys.argv[1]))
evidence = record.all_evidence()
loaded = time.perf_counter() - start
from aisre_nb.session.reading import opened
from aisre_nb.settings import Settings
held = opened(Settings(), record)
print(len(record.events), len(evidence), loaded, time.perf_counter() - start)
one = next(iter(held.evidence.values()))
begun = time.perf_counter()
print(len(one.df), time.perf_counter() - begun)
"""


def make(folder: Path) -> int:
    """Write it; returns the bytes of its frames."""
    import numpy as np
    import pandas as pd

    from aisre_nb.evidence.evidence import Evidence
    from aisre_nb.record.events import Asked, ModelTurn, Noted, ToolFinished, ToolStarted
    from aisre_nb.record.record import Record

    record = Record.create(folder, "Why is everything slow?")
    record.append(Asked(question="Why is everything slow?", model="m", policy="p"))
    big = pd.DataFrame({"value": np.random.default_rng(1).random(2_100_000)})
    for n in range(1, FRAMES + 1):
        record.append(ModelTurn(n=n, text="Looking further.", calls=[{"id": f"c{n}", "name": "look", "arguments": {}}]))
        record.append(ToolStarted(n=n, call_id=f"c{n}", tool="look", arguments={"n": n}, effect="read"))
        evidence = Evidence(f"E{n}", "table", "t", "s", "look", {"n": n}, frame=big if n == 1 else big.head(1),
                            fetched_at=datetime.now(UTC), text="a text of usual length " * 100)  # fmt: skip
        record.keep(evidence)
        path = record.folder / "frames" / f"E{n}.parquet"
        if n > 1:
            path.unlink()
            os.link(path.with_name("E1.parquet"), path)
        record.append(ToolFinished(n=n, call_id=f"c{n}", tool="look", arguments={"n": n}, evidence=f"E{n}", text="t"))
    lines = [Noted(text=f"note {n}").model_dump_json() for n in range(EVENTS - len(record.events))]
    record.close()
    with (record.folder / "events.jsonl").open("a") as file:
        file.write("\n".join(lines) + "\n")
    return sum(path.stat().st_size for path in (record.folder / "frames").iterdir())


def main() -> None:
    """Make it, open it five times, each time in a new process."""
    with tempfile.TemporaryDirectory() as scratch:
        total = make(Path(scratch))
        [folder] = Path(scratch).iterdir()
        print(f"{EVENTS} events, {FRAMES} frames of {total / 1e9:.2f} GB together")
        for _ in range(5):
            done = subprocess.run([sys.executable, "-c", OPEN, str(folder)], capture_output=True, text=True, check=True)
            first, second = done.stdout.splitlines()
            events, evidence, loaded, ready = first.split()
            print(
                f"{events} events, {evidence} results: loaded {float(loaded):.2f} s, ready to be looked at "
                f"{float(ready):.2f} s (limit {LIMIT:g} s); the first frame then {float(second.split()[1]):.2f} s"
            )


if __name__ == "__main__":
    main()
