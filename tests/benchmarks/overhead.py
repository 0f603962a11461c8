"""What the product itself costs: `python tests/benchmarks/overhead.py`. Prints; asserts nothing.

Peers and limits: bare IPython for loading; the figures of the first issue for the rest (100 ms, 20 ms).
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LOAD = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
start = time.perf_counter()
shell.run_line_magic("load_ext", "aisre_nb")
print((time.perf_counter() - start) * 1e3)
"""


def load_ext_ms() -> float:
    """Median of seven fresh interpreters."""
    times = []
    for _ in range(7):
        done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
        times.append(float(done.stdout.split()[-1]))
    return statistics.median(times)


def step_ms(steps: int = 200) -> float:
    """Milliseconds a step over a tool that answers at once, with the record on disk."""
    import pandas as pd
    from pydantic import BaseModel

    from aisre_nb.approval.automatic import AutomaticApprover
    from aisre_nb.approval.policy import Policy
    from aisre_nb.models.base import AssistantMessage, ToolCall, Turn, TurnRequest
    from aisre_nb.record.record import Record
    from aisre_nb.session.investigation import Investigation
    from aisre_nb.settings import Settings
    from aisre_nb.sources.sources import Sources
    from aisre_nb.tools.registry import Registry
    from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

    class Arguments(BaseModel):
        n: int

    frame = pd.DataFrame({"n": range(1000), "text": ["GET /items/42 took 12 ms"] * 1000})

    async def answer(context: ToolContext, arguments: Arguments) -> ToolResult:
        return ToolResult("table", f"t{arguments.n}", "a thousand rows", frame)

    class Counting:
        name = "counting"

        async def turn(self, request: TurnRequest, on_text: object) -> Turn:
            n = len(request.evidence)
            call = (
                ToolCall(f"c{n}", "answer", {"n": n})
                if n < steps
                else ToolCall("r", "submit_report", {"outcome": "no_fault"})
            )
            return Turn(AssistantMessage("", (call,)), "tool_use")

        async def close(self) -> None:
            pass

    registry = Registry()
    registry.add(Tool("answer", "Answers.", Arguments, answer))
    policy = Policy.parse("read")
    with tempfile.TemporaryDirectory() as folder:
        record = Record.create(Path(folder), "overhead")
        inv = Investigation(Settings(max_steps=10_000), Sources(), Counting(), registry, policy, record)
        start = time.perf_counter()
        asyncio.run(inv.ask("how much?", approver=AutomaticApprover(policy, "bench")))
        took = time.perf_counter() - start
        record.close()
    return took / steps * 1e3


def main() -> None:
    """Print both."""
    load = load_ext_ms()
    print(f"%load_ext over bare IPython: {load:.1f} ms (limit 100 ms, ratio {load / 100:.2f})")
    step = step_ms()
    print(f"own overhead a step, 1,000 rows kept as Parquet: {step:.1f} ms (limit 20 ms, ratio {step / 20:.2f})")


if __name__ == "__main__":
    main()
