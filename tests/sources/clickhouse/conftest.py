"""One world of the sandbox in ClickHouse (chDB behind its HTTP interface) and in a folder."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import httpx2
import pytest

from aisre_nb.sandbox import make
from aisre_nb.sources.clickhouse.source import OPTIONS, ClickHouse
from aisre_nb.sources.clickhouse.source import make as source
from aisre_nb.sources.kinds import Place
from aisre_nb.sources.telemetry_folder import TelemetryFolder

from .tables import Generation, tables

_JSON = "arrayMap((k, v) -> concat(toJSONString(k), ':', toJSONString(v)), mapKeys({0}), mapValues({0}))"


@dataclass(frozen=True)
class Served:
    """Where it is, and the folder that holds the same."""

    url: str
    folder: Path

    def source(self, database: str, password: str = "open-sesame", **options: str) -> ClickHouse:
        """Asks one of the databases."""
        told = {"type": "clickhouse", "url": self.url, "database": database, "username": "reader"}
        checked = OPTIONS.model_validate({**told, "password_env": "CH_PASSWORD", **options})
        found = source("telemetry", checked, Place(Path(), {"CH_PASSWORD": password})).source
        assert isinstance(found, ClickHouse)
        return found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three databases: old, new, json; each holds the world as that generation of the exporter writes it."""
    if importlib.util.find_spec("chdb") is None:
        pytest.skip("chdb is not installed: pip install chdb")
    folder = make("cart-errors", 3, tmp_path_factory.mktemp("world") / "case", hours=1)
    program = Path(__file__).with_name("shim.py")
    with subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        try:
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            with httpx2.Client(base_url=url, timeout=60) as client:
                for generation in get_args(Generation):
                    _filled(client, generation, folder)
            yield Served(url, folder)
        finally:
            process.stdin.close()
            process.wait(30)


@pytest.fixture
async def opened(served: Served) -> AsyncIterator[Callable[..., ClickHouse]]:
    """`Served.source`, and each is closed in the end."""
    found: list[ClickHouse] = []

    def source(database: str, **options: str) -> ClickHouse:
        found.append(served.source(database, **options))
        return found[-1]

    yield source
    for one in found:
        await one.close()


@pytest.fixture(scope="session")
def folder(served: Served) -> TelemetryFolder:
    """The same world as a folder."""
    return TelemetryFolder(served.folder)


def _filled(client: httpx2.Client, generation: Generation, folder: Path) -> None:
    def run(sql: str, database: str = "default") -> None:
        answer = client.post("/load", params={"database": database}, content=sql)
        assert answer.status_code == 200, answer.text[:400]

    run(f"CREATE DATABASE {generation}")
    for name, (columns, engine) in tables(generation).items():
        run(f"CREATE TABLE {name} ({columns}) {engine}", generation)
        kinds = dict(
            part.split(" ", 1) for part in columns.split(", ") if " " in part and "(" not in part.split(" ")[0]
        )
        file = f"file('{folder}/{name}.parquet', Parquet)"
        stored = client.post("/load", params={"default_format": "TSV"}, content=f"DESCRIBE {file}").text
        there = [line.split("\t")[0] for line in stored.splitlines()]
        wanted = [c for c in there if c in kinds or c.endswith("Attributes")]
        values = [_value(c, generation) for c in wanted]
        run(f"INSERT INTO {name} ({', '.join(wanted)}) SELECT {', '.join(values)} FROM {file}", generation)


def _value(column: str, generation: Generation) -> str:
    if generation == "json" and column.endswith("Attributes"):
        pairs = _JSON.format(f"CAST({column}, 'Map(String, String)')")
        return f"concat('{{', arrayStringConcat({pairs}, ','), '}}')"
    return column
