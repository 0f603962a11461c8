"""What a source over HTTP costs beside the bare client: `python tests/benchmarks/connectors.py`. Asserts nothing.

Limits: 5 ms a call and twice the raw HTTP call; ten sources are asked at the same time.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from aisre_nb.sources.http.access import Access
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.prometheus.api import Asking
from aisre_nb.sources.trying import tried

CALLS, ROUNDS = 40, 25
SLOW = 0.3
"""Seconds that the slow server takes."""
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def _answer(series: int, points: int) -> bytes:
    result = [
        {
            "metric": {"service": f"s{n}"},
            "values": [[1_780_000_000 + 60 * at, f"{at * 0.1:.3f}"] for at in range(points)],
        }
        for n in range(series)
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()


class Server:
    """Answers every question with the same, at once or slowly."""

    def __init__(self, body: bytes, seconds: float = 0.0) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Two packets of one answer otherwise wait for each other.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                time.sleep(seconds)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Http(ThreadingHTTPServer):
            # With the usual five, more connections at once wait a second for their second try.
            request_queue_size = 128

        self._http = Http(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"


async def _ms(*calls: Callable[[], Awaitable[Any]]) -> list[float]:
    """Milliseconds of each call: the best of rounds in which they take turns, so that other work counts for none."""
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for place, call in enumerate(calls):
            await call()
            begun = time.perf_counter()
            for _ in range(CALLS):
                await call()
            best[place] = min(best[place], (time.perf_counter() - begun) / CALLS * 1e3)
    return best


async def overhead(name: str, body: bytes) -> None:
    """The raw call and ours, side by side."""
    server = Server(body)
    params = [("query", "up"), ("start", "1780000000"), ("end", "1780014400"), ("step", "60")]
    async with httpx2.AsyncClient() as bare:
        http = HttpClient(Access("bench", server.url))

        async def parsed() -> Any:
            return json.loads((await bare.get(f"{server.url}/api/v1/query_range", params=dict(params))).content)

        raw, read, ours, source = await _ms(
            lambda: bare.get(f"{server.url}/api/v1/query_range", params=dict(params)),
            parsed,
            lambda: http.json("/api/v1/query_range", params),
            lambda: Asking(http).range("up", 1_780_000_000, 1_780_014_400, 60),
        )
        await http.close()
    print(f"{name}, {len(body) / 1e3:.1f} kB")
    print(f"  httpx2 alone             {raw:6.2f} ms")
    print(f"  … and json.loads         {read:6.2f} ms")
    print(f"  the client of a source   {ours:6.2f} ms   {ours - read:+.2f} ms, {ours / read:.2f} times")
    print(f"  … as series              {source:6.2f} ms   {source - read:+.2f} ms, {source / read:.2f} times")


async def at_once(number: int = 10) -> None:
    """So many sources on a slow server, each tried."""
    server = Server(json.dumps({"status": "success", "data": ["up"]}).encode(), SLOW)
    for count in (1, number):
        specs = {f"p{n}": {"type": "prometheus", "url": f"{server.url}/{n}"} for n in range(count)}
        sources = open_sources(specs, Path())
        begun = time.perf_counter()
        found = await tried(sources.all)
        seconds = time.perf_counter() - begun
        print(f"{count} source{'s' * (count > 1)} of several questions of {SLOW} s each: {seconds:.2f} s, "
              f"{sum(one.health.ok for one in found)} well")  # fmt: skip
        for source in sources.all:
            await source.close()


async def main() -> None:
    await overhead("a small answer", _answer(1, 10))
    await overhead("a plot's answer", _answer(5, 240))
    await at_once()


if __name__ == "__main__":
    asyncio.run(main())
