"""One investigation of a million spans, a million log lines and 5,000 series: `python tests/benchmarks/scale.py`.

Makes the telemetry folder (`scale_folder`) unless ``--folder`` names one that is there, asks its question headless in a
process of its own, and prints seconds and peak memory of the whole process tree against the limits, and whether the
planted cause was found. ``--small`` takes a tenth of everything.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from scale_folder import Size, make

SECONDS, MEGABYTES = 20.0, 1500.0
_EVERY = 0.05


def measured(command: list[str]) -> tuple[str, float, float, float]:
    """Standard output, seconds, seconds of processors, and the peak of the tree's resident memory in MB."""
    spent = _spent()
    begun, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryFile("w+") as out:
        running = psutil.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        while running.poll() is None:
            peak = max(peak, _resident(running))
            time.sleep(_EVERY)
        seconds = time.perf_counter() - begun
        out.seek(0)
        return out.read(), seconds, _spent() - spent, peak / 1e6


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(process: psutil.Process) -> float:
    total = 0.0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.Error:
        pass
    return total


def main() -> None:
    """Make, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the folder is, or is to be kept")
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", action="store_true", help="also print what each step took")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "case"
        size = Size(seed=arguments.seed)
        if arguments.small:
            size = Size(spans=100_000, logs=100_000, series=500, services=40, seed=arguments.seed)
        kept = folder / "planted.json"
        if not folder.exists():
            planted = make(folder, size)
            kept.write_text(json.dumps({"service": planted.service, "question": planted.question, **planted.counts}))
        told: dict[str, Any] = json.loads(kept.read_text())
        command = [sys.executable, "-m", "aisre_nb", "ask", told["question"], "--case", str(folder)]
        command += ["--model", "builtin", "--approve", "read", "--json", "--records", str(Path(scratch) / "records")]
        out, seconds, spent, peak = measured(command)
    rows = {name: f"{n:,}" for name, n in told.items() if isinstance(n, int)}
    print(", ".join(f"{n} {name}" for name, n in rows.items()))
    print(f"seconds: {seconds:6.1f} (limit {SECONDS:.0f}, ratio {seconds / SECONDS:.2f}); of processors: {spent:.1f}")
    print(f"memory:  {peak:6.0f} MB (limit {MEGABYTES:.0f}, ratio {peak / MEGABYTES:.2f})")
    if not out:
        raise SystemExit("it gave no answer")
    answer = json.loads(out)
    cause = answer["root_cause"] or {}
    found = told["service"] in (cause.get("services") or [])
    print(f"planted cause {'found' if found else 'NOT found'}: {told['service']}")
    print(f"said: {cause.get('summary') or answer['outcome']}")
    for step in answer["steps"] if arguments.steps else []:
        print(f"  {step['seconds']:6.2f} s  {step['tool']} {json.dumps(step['arguments'])[:140]}")


if __name__ == "__main__":
    main()
