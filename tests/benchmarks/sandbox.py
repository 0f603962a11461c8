"""What a world costs: seconds, memory and disk for 1, 2, 4 and 8 hours at 50 pages a second, and for letting it go on.

    python tests/benchmarks/sandbox.py

Each line is measured in a process of its own. Limits: 6 s, 500 MB and 25 MB for two hours on 2 cores, 1 s for a step of
five minutes. The cost of making a world grows with its requests; the last column is the time for one million of them.
"""

from __future__ import annotations

import json
import subprocess
import sys

HOURS = (1, 2, 4, 8)
LIMITS = {"seconds": 6.0, "memory_mb": 500.0, "disk_mb": 25.0, "advance_s": 1.0}
ONE = """
import json, resource, sys, tempfile, time
from pathlib import Path
from aisre_nb.sandbox import World, create
hours = float(sys.argv[1])
with tempfile.TemporaryDirectory() as scratch:
    begun = time.perf_counter()
    world = create("cart-errors", 1, Path(scratch) / "case", per_second=50, hours=hours)
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    disk = sum(f.stat().st_size for f in world.folder.rglob("*") if f.is_file()) / 1e6
    begun = time.perf_counter()
    world.advance(5)
    advance = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "memory_mb": memory, "disk_mb": disk, "advance_s": advance}))
"""


def main() -> None:
    """Print one line for each number of hours."""
    print(f"{'hours':>5} {'make':>8} {'memory':>9} {'disk':>8} {'advance(5)':>11} {'s a million pages':>18}")
    for hours in HOURS:
        ran = subprocess.run([sys.executable, "-c", ONE, str(hours)], capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout)
        pages = hours * 3600 * 50 / 1e6
        print(
            f"{hours:>5} {found['seconds']:>6.1f} s {found['memory_mb']:>6.0f} MB {found['disk_mb']:>5.1f} MB "
            f"{found['advance_s']:>9.2f} s {found['seconds'] / pages:>18.1f}"
        )
        if hours == 2:
            told = ", ".join(f"{name} {found[name] / limit:.2f}" for name, limit in LIMITS.items())
            print(f"      of the limits for two hours: {told}")


if __name__ == "__main__":
    main()
