"""Real Prometheus servers: one holds a world, one what client libraries and metrics of spans are called."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox import make
from aisre_nb.sandbox.serve.programs import Program, Prometheus, free_port
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window, instant
from tests.sources.over_http.faulty import Faulty

INSTALLED = bool(shutil.which("prometheus") and shutil.which("promtool"))


@dataclass(frozen=True)
class Served:
    """A world, and where Prometheus answers for it."""

    folder: Path
    url: str
    start: datetime
    now: datetime

    @property
    def window(self) -> Window:
        return Window(self.now - timedelta(minutes=56), self.now)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not INSTALLED:
        pytest.skip("prometheus and promtool are not installed")
    folder = make("cart-errors", 1, tmp_path_factory.mktemp("prometheus") / "world", hours=1, per_second=8)
    scratch = tmp_path_factory.mktemp("server")
    tables = Tables(folder)
    # promtool makes a block of every two hours, which takes its time: four hours of alerts tell as much as four days.
    history = folder / "alert_history.jsonl"
    since = tables.start - timedelta(hours=3)
    lines = [line for line in history.read_text().splitlines() if instant(json.loads(line)["startsAt"]) > since]
    history.write_text("\n".join(lines) + "\n")
    with Prometheus(tables, scratch) as running:
        yield Served(folder, running.url, tables.start, tables.now)


@pytest.fixture
async def both(world: Served) -> AsyncIterator[tuple[Any, Any]]:
    """The same world as Prometheus has it, and as its folder does."""
    there = open_sources({"prom": {"type": "prometheus", "url": world.url}}, world.folder)
    here = open_sources({"folder": {"type": "folder", "path": str(world.folder)}}, world.folder)
    yield there.metrics, here.metrics
    for source in (*there.all, *here.all):
        await source.close()


START = 1_780_000_020
"""A minute's begin in May 2026, in seconds since 1970."""
MINUTES = 30


def _plain() -> str:
    """Half an hour of a shop whose metrics are called in the old ways; every tenth request of it fails."""
    counters: dict[str, dict[str, float]] = {
        "http_requests": {
            'job="shop/cart",instance="a:1",code="200"': 9.0,
            'job="shop/cart",instance="a:1",code="500"': 1.0,
            'job="shop/cart",instance="b:1",code="200"': 9.0,
            'job="shop/cart",instance="b:1",code="500"': 1.0,
        },
        "container_cpu_usage_seconds": {'container="cart",pod="cart-1"': 0.25, 'container="cart",pod="cart-2"': 0.5},
        "traces_service_graph_request": {'client="web",server="cart"': 2.0},
        "traces_service_graph_request_failed": {'client="web",server="cart"': 0.5},
        "traces_spanmetrics_calls": {
            'service="pay",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_UNSET"': 3.0,
            'service="pay",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_ERROR"': 1.0,
            'service="pay",span_kind="SPAN_KIND_CLIENT",status_code="STATUS_CODE_ERROR"': 50.0,
        },
    }
    times = [START + 60 * n for n in range(MINUTES + 1)]
    lines = []
    for family, series in counters.items():
        lines.append(f"# TYPE {family} counter")
        for labels, rate in series.items():
            lines += [f"{family}_total{{{labels}}} {rate * (at - START):g} {at}" for at in times]
    lines.append("# TYPE checkout_request_duration_seconds histogram")
    # 4 requests a second, half of them up to 0.1 s and half up to 0.5 s.
    for bound, rate in (("0.1", 2.0), ("0.5", 4.0), ("+Inf", 4.0)):
        name = f'checkout_request_duration_seconds_bucket{{job="shop/checkout",le="{bound}"}}'
        lines += [f"{name} {rate * (at - START):g} {at}" for at in times]
    for ending, rate in (("sum", 0.8), ("count", 4.0)):
        name = f'checkout_request_duration_seconds_{ending}{{job="shop/checkout"}}'
        lines += [f"{name} {rate * (at - START):g} {at}" for at in times]
    lines.append("# TYPE pool_in_use gauge")
    lines += [f'pool_in_use{{job="shop/cart",instance="a:1"}} {n % 2} {at}' for n, at in enumerate(times)]
    lines.append("# TYPE container_memory_working_set_bytes gauge")
    lines += [f'container_memory_working_set_bytes{{container="redis",pod="redis-1"}} 1000000 {at}' for at in times]
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    if not INSTALLED:
        pytest.skip("prometheus and promtool are not installed")
    folder = tmp_path_factory.mktemp("plain")
    (folder / "plain.om").write_text(_plain())
    (folder / "prometheus.yml").write_text("global: {}\n")
    made = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", "plain.om", "data"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=20y",
        f"--web.listen-address={url.removeprefix('http://')}", "--web.route-prefix=/shop", "--log.level=warn",
    ]  # fmt: skip
    with Program(command, url, "/shop/-/ready", folder):
        yield f"{url}/shop/"


@pytest.fixture
async def old(plain: str, tmp_path: Path) -> AsyncIterator[Sources]:
    """What speaks to it."""
    found = open_sources({"old": {"type": "prometheus", "url": plain}}, tmp_path)
    yield found
    for source in found.all:
        await source.close()


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """What answers in its place."""
    made = Faulty()
    yield made
    made.close()
