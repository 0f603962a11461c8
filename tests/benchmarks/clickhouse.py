"""What travels from ClickHouse, and the notebook's memory, as the tables grow: ``python clickhouse.py 1 10 100``.

The arguments are millions of spans (and as many log records); 1 and 10 where there are none. The server is chDB behind
its HTTP interface, in a process of its own; ``pip install chdb``. Ten million take about a minute and 1 GB of disk.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.sources.clickhouse.tables import tables  # noqa: E402

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS = 6
SPANS = """
INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, ResourceAttributes,
    SpanAttributes, Duration, StatusCode, StatusMessage)
WITH intDiv(number, 5) AS trace, number % 5 AS depth, cityHash64(number) AS chance
SELECT toDateTime64({start} + trace * 5 * {seconds} / {rows}, 9),
    lower(leftPad(hex(trace), 32, '0')), lower(leftPad(hex(number), 16, '0')),
    if(depth = 0, '', lower(leftPad(hex(number - 1), 16, '0'))),
    concat('GET /thing/', toString(depth)), 'Server', concat('service-', toString((trace % 10) * 5 + depth)),
    map('k8s.node.name', concat('node-', toString(chance % 20))),
    map('http.request.method', 'GET', 'http.route', concat('/thing/', toString(depth)),
        'http.response.status_code', if(chance % 100 = 0, '500', '200')),
    (6 - depth) * 1000000 + chance % 900000, if(chance % 100 = 0, 'Error', 'Unset'), ''
FROM numbers({rows})
"""
LINES = """
INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body)
WITH cityHash64(number) AS chance
SELECT toDateTime64({start} + number * {seconds} / {rows}, 9), lower(leftPad(hex(intDiv(number, 5)), 32, '0')), '',
    if(chance % 200 = 0, 'ERROR', 'INFO'), 9, concat('service-', toString(number % 50)),
    concat('request ', toString(chance), ' for user ', toString(chance % 1000), ' took ', toString(chance % 97), ' ms')
FROM numbers({rows})
"""


def main(millions: list[int]) -> None:
    """Print a table for each size."""
    for size in millions:
        program = ROOT / "tests/sources/clickhouse/shim.py"
        with subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin and process.stdout
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            began = time.perf_counter()
            _fill(url, size * 1_000_000)
            print(f"\n{size} million spans and {size} million records ({time.perf_counter() - began:.0f} s to store)")
            asyncio.run(_asked(url))
            process.stdin.close()
            process.wait(60)


def _fill(url: str, rows: int) -> None:
    with httpx2.Client(base_url=url, timeout=3600) as client:
        for name in ("otel_traces", "otel_logs"):
            columns, engine = tables("new")[name]
            client.post("/load", content=f"CREATE TABLE {name} ({columns}) {engine}").raise_for_status()
        start = (END - timedelta(hours=HOURS)).timestamp()
        for sql in (SPANS, LINES):
            told = sql.format(start=start, seconds=HOURS * 3600, rows=rows)
            client.post("/load", content=told).raise_for_status()


async def _asked(url: str) -> None:
    from aisre_nb.sources.clickhouse.source import ClickHouse
    from aisre_nb.sources.http.access import Access
    from aisre_nb.times import Window
    from tests.sources.clickhouse.shim import ALLOWED

    source = ClickHouse(Access("telemetry", url, {"Authorization": ALLOWED}, seconds=600))
    window = Window(END - timedelta(hours=HOURS), END)
    onset = END - timedelta(hours=1)
    questions: dict[str, Callable[[], Awaitable[Any]]] = {
        "services": lambda: source.services(window),
        "calls": lambda: source.calls(window),
        "golden signals": lambda: source.golden_signals("service-7", window, 60),
        "failing requests": lambda: source.traces("service-7", window, status="error"),
        "flow": lambda: source.flow(window, onset),
        "values of bad requests": lambda: source.attribute_values("service-7", window, onset, [], "errors"),
        "records": lambda: source.logs("service-7", window, severity="error"),
        "a sample of records": lambda: source.log_sample(window, 50_000),
    }
    arrived = _counted(source)
    for name, ask in questions.items():
        arrived.clear()
        began = time.perf_counter()
        answer = await ask()
        took = time.perf_counter() - began
        print(f"  {name:<24} {took:6.2f} s  {sum(arrived) / 1e3:10.1f} kB  {len(answer.frame):7,} rows")
    await source.close()
    print(f"  memory of this process at the most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _counted(source: Any) -> list[int]:
    """The bytes of each answer, as they come."""
    read, sizes = source.server._client.read, list[int]()

    async def counted(*given: Any, **named: Any) -> Any:
        reply = await read(*given, **named)
        sizes.append(len(reply.body))
        return reply

    source.server._client.read = counted
    return sizes


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 10])
