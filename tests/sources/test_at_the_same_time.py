"""Ten sources are asked at the same time: none gets an answer before all of them asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import AisreError
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.sources.trying import tried
from aisre_nb.times import Window
from aisre_nb.tools.registry import Registry, builtin_tools
from aisre_nb.tools.tool import ToolContext

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN = (
    "prometheus", "alertmanager", "loki", "tempo", "jaeger", "opensearch", "elasticsearch", "clickhouse", "prometheus",
    "loki",
)  # fmt: skip


class Meeting:
    """Each source is known by the first part of its path; who comes waits there for the others."""

    def __init__(self, number: int) -> None:
        self.came: set[str] = set()
        self.met = False
        barrier, one = threading.Barrier(number, self._all), threading.Lock()
        came = self.came

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                source = self.path.split("/")[1].split("?")[0]
                with one:
                    first = source not in came
                    came.add(source)
                if first:
                    try:
                        barrier.wait(20)
                    except threading.BrokenBarrierError:
                        self.close_connection = True
                        return
                body = json.dumps({"status": "success", "data": []}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def _all(self) -> None:
        self.met = True

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def _opened(meeting: Meeting, kinds: tuple[str, ...], folder: Path) -> Sources:
    specs: dict[str, dict[str, Any]] = {
        f"s{n}": {"type": kind, "url": f"{meeting.url}/s{n}"} for n, kind in enumerate(kinds)
    }
    return open_sources(specs, folder, {})


@pytest.fixture
def meeting(request: pytest.FixtureRequest) -> Iterator[Meeting]:
    made = Meeting(request.param)
    yield made
    made.close()


@pytest.mark.parametrize("meeting", [len(TEN)], indirect=True)
async def test_ten_are_tried_at_the_same_time(meeting: Meeting, tmp_path: Path) -> None:
    sources = _opened(meeting, TEN, tmp_path)
    found = await tried(sources.all, 25.0)
    assert meeting.met and len(found) == len(meeting.came) == len(TEN)
    for source in sources.all:
        await source.close()


@pytest.mark.parametrize("meeting", [4], indirect=True)
async def test_calls_of_one_turn_ask_their_sources_at_the_same_time(meeting: Meeting, tmp_path: Path) -> None:
    sources = _opened(meeting, ("prometheus", "alertmanager", "loki", "tempo"), tmp_path)
    registry = Registry()
    for tool in builtin_tools():
        registry.add(tool)
    context = ToolContext(sources, Window(NOW - timedelta(hours=1), NOW).end, {})

    async def call(name: str, **given: Any) -> None:
        # Nothing is in what they answer.
        with suppress(AisreError):
            await registry.get(name).handler(context, registry.validate(name, given))

    named = [call(name, service="cart") for name in ("get_metrics", "get_logs", "get_traces")]
    await asyncio.gather(call("get_alerts"), *named)
    assert meeting.met and meeting.came == {"s0", "s1", "s2", "s3"}
    for source in sources.all:
        await source.close()
