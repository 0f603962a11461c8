"""One world, as a telemetry folder and behind servers that follow the backends' contracts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from aisre_nb.sandbox import make
from aisre_nb.sources.base import Answer
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.telemetry_folder import TelemetryFolder
from aisre_nb.times import Window, instant

from .loki_server import LokiServer
from .opensearch_server import opensearch


@dataclass(frozen=True)
class World:
    """The folder, the rows of its logs and spans with ``ns``, when it broke, and some minutes around that."""

    folder: Path
    onset: datetime
    window: Window
    logs: list[dict[str, Any]]
    spans: list[dict[str, Any]]


class Folder:
    """What the folder of the world answers; asked once for each question."""

    def __init__(self, world: World) -> None:
        self.source = TelemetryFolder(world.folder)
        self._answers: dict[str, Answer] = {}

    async def ask(self, name: str, *given: Any, **more: Any) -> Answer:
        key = f"{name} {given} {more}"
        if key not in self._answers:
            self._answers[key] = await getattr(self.source, name)(*given, **more)
        return self._answers[key]


def _rows(folder: Path, table: str, window: Window) -> list[dict[str, Any]]:
    path = folder / f"{table}.parquet"
    files = str(path / "*.parquet") if path.is_dir() else str(path)
    with duckdb.connect() as db:
        db.execute("SET TimeZone='UTC'")
        found = db.execute(
            "SELECT *, epoch_ns(Timestamp) AS ns FROM read_parquet(?) "
            "WHERE Timestamp >= ? AND Timestamp < ? ORDER BY ns",
            [files, window.start, window.end],
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    import json

    folder = make("cart-errors", 7, tmp_path_factory.mktemp("backends") / "case")
    onset = instant(json.loads((folder / "truth.json").read_text())["onset"]).astimezone(UTC)
    onset = onset.replace(microsecond=0)
    # More is behind the servers than is asked for, on both sides.
    kept = Window(onset - timedelta(minutes=8), onset + timedelta(minutes=5))
    window = Window(onset - timedelta(minutes=5), onset + timedelta(minutes=3))
    return World(folder, onset, window, _rows(folder, "otel_logs", kept), _rows(folder, "otel_traces", kept))


@pytest.fixture(scope="session")
def folder(world: World) -> Folder:
    return Folder(world)


Opened = Callable[..., Any]
"""``opened("loki", url, index=…)``: the source of that type, which is closed after the test."""


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    found: list[Any] = []

    def open_(kind: str, url: str, **options: Any) -> Any:
        environ = options.pop("environ", {})
        sources = open_sources({"shop": {"type": kind, "url": url, **options}}, tmp_path, environ)
        found.extend(sources.all)
        return sources.all[0]

    yield open_
    for source in found:
        await source.close()


@pytest.fixture(scope="session")
def loki(world: World) -> Iterator[LokiServer]:
    made = LokiServer(world.logs)
    yield made
    made.close()


@pytest.fixture(scope="session")
def osmem(world: World) -> Iterator[str]:
    with opensearch(world.logs) as url:
        yield url
