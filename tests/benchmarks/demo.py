"""The whole demo, the world made from nothing: `python tests/benchmarks/demo.py`. Prints; asserts nothing.

Limits (the first issue's): 15 s, 600 MB of memory over all its processes, 2 MB for the executed notebook.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil


def main() -> None:
    """Run it once, watching the resident memory of the whole tree of processes."""
    with tempfile.TemporaryDirectory() as folder:
        start, peak = time.perf_counter(), 0
        process = subprocess.Popen(
            [sys.executable, "-m", "aisre_nb", "demo", "--headless", "--out", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        tree = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _resident(tree))
            time.sleep(0.05)
        took = time.perf_counter() - start
        size = sum(f.stat().st_size for f in Path(folder).glob("*.ipynb"))
    print(f"demo --headless: exit {process.returncode}")
    print(f"time {took:.1f} s (limit 15 s, ratio {took / 15:.2f})")
    print(f"memory {peak / 1e6:.0f} MB (limit 600 MB, ratio {peak / 600e6:.2f})")
    print(f"notebook {size / 1e6:.2f} MB (limit 2 MB, ratio {size / 2e6:.2f})")


def _resident(tree: psutil.Process) -> int:
    total = 0
    try:
        for process in (tree, *tree.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.Error:
        # A process that ended between listing and reading has no memory any more.
        return total
    return total


if __name__ == "__main__":
    main()
