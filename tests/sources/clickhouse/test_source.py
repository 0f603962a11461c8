"""What it says of itself, what it refuses, and how it stops."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta

import pytest

from aisre_nb.errors import ConfigurationError, SignalMissing, SourceUnreachable, ToolError
from aisre_nb.sources import estimate
from aisre_nb.sources.clickhouse.reader import ClickHouseReader
from aisre_nb.sources.clickhouse.source import ClickHouse
from aisre_nb.sources.kinds import from_environment
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.telemetry_folder import TelemetryFolder
from aisre_nb.times import Window

from .conftest import Served

Opened = Callable[..., ClickHouse]


async def test_it_says_what_it_keeps(opened: Opened) -> None:
    health = await opened("new").health()
    assert health.ok and health.signals == ("metrics", "logs", "traces")
    assert health.detail.startswith("ClickHouse ") and "otel_traces (" in health.detail and "rows)" in health.detail


async def test_what_is_wrong_is_one_line_without_the_password(opened: Opened) -> None:
    wrong = await opened("new", password="guessed-wrong").health()
    assert not wrong.ok and "(403)" in wrong.detail and "guessed-wrong" not in wrong.detail + repr(opened("new"))
    nothing = await opened("default").health()
    assert not nothing.ok and "has none of otel_metrics_gauge" in nothing.detail
    gone = await opened("no_such").health()
    assert not gone.ok and "no_such" in gone.detail


@pytest.mark.parametrize(
    ("sql", "error", "said"),
    [
        ("SELEC 1", ToolError, "Syntax error"),
        ("SELECT * FROM otel_nothing", SignalMissing, "otel_nothing"),
        ("DROP TABLE otel_logs", ToolError, "readonly"),
        ("SELECT * FROM file('/etc/hostname', 'LineAsString')", ToolError, "readonly"),
    ],
)
async def test_a_statement_that_it_refuses(sql: str, error: type[Exception], said: str, opened: Opened) -> None:
    source = opened("new")
    with pytest.raises(error, match=said):
        await source.server.rows(sql)


async def test_its_own_page_is_linked_and_the_query_is_what_was_sent(opened: Opened, folder: TelemetryFolder) -> None:
    assert folder.now is not None
    source = opened("new")
    answer = await source.operations("cart", Window(folder.now - timedelta(hours=1), folder.now))
    assert answer.link and answer.link.startswith(f"{source.server.access.url}/play#")
    assert base64.b64decode(answer.link.partition("#")[2]).decode() == answer.query.partition("\n\n")[0]


async def test_what_it_would_cost_is_told_without_asking(opened: Opened, folder: TelemetryFolder) -> None:
    assert folder.now is not None
    source = opened("new")
    found = await estimate.estimated(source.operations("cart", Window(folder.now - timedelta(hours=1), folder.now)))
    assert found is not None and "rows of otel_traces" in found.cost and found.query.startswith("SELECT")


async def test_an_interrupt_ends_it_and_leaves_nothing_behind(
    opened: Opened, folder: TelemetryFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder.now is not None
    source = opened("new")
    await source.tables()
    asked = asyncio.Event()

    async def never(sql: str) -> None:
        asked.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr(source.server, "arrow", never)
    running = asyncio.create_task(source.operations("cart", Window(folder.now - timedelta(hours=1), folder.now)))
    await asyncio.wait_for(asked.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 10)


async def test_nothing_more_is_asked_after_it(opened: Opened) -> None:
    source = opened("new")
    reader = ClickHouseReader(source.server, await source.tables(), asyncio.get_running_loop())
    reader.stop()
    with pytest.raises(SourceUnreachable, match="interrupted"):
        await asyncio.to_thread(reader.extent, "otel_logs")


def test_configuration(served: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("base")
    spec = {"type": "clickhouse", "url": served.url, "database": "new", "username": "u", "password_env": "CH"}
    found = open_sources({"telemetry": spec}, folder, {"CH": "secret"})
    assert found.metrics is found.traces is found.logs is found.all[0] and "secret" not in repr(found)
    with pytest.raises(ConfigurationError, match="databse"):
        open_sources({"telemetry": {**spec, "databse": "x"}}, folder, {"CH": "secret"})
    told = from_environment({"CLICKHOUSE_URL": "http://ch:8123", "CLICKHOUSE_USER": "u", "CLICKHOUSE_PASSWORD": "p"})
    assert told == {
        "clickhouse": {
            "type": "clickhouse",
            "url": "http://ch:8123",
            "username": "u",
            "password_env": "CLICKHOUSE_PASSWORD",
        }
    }


@pytest.mark.parametrize("generation", ["old", "new", "json"])
async def test_sql_asks_the_columns_of_every_generation(generation: str, opened: Opened) -> None:
    sql = "SELECT ServiceName, count() AS n FROM otel_traces WHERE SpanAttributes['http.route'] != '' GROUP BY 1"
    answer = await opened(generation).sql(f"{sql} ORDER BY n DESC", 3)
    assert len(answer.frame) == 4 and answer.frame["n"].iloc[0] > 100
    with pytest.raises(ToolError, match="no table"):
        await opened(generation).sql("SELECT * FROM system.users", 3)
