"""``type = "clickhouse"``: the tables of a ClickHouse server or cluster."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.sources import estimate
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.clickhouse import schema
from aisre_nb.sources.clickhouse.reader import ClickHouseReader
from aisre_nb.sources.clickhouse.schema import Stored, quoted, text
from aisre_nb.sources.clickhouse.server import ClickHouseServer
from aisre_nb.sources.http.access import Access, HttpOptions
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.offer import Offer
from aisre_nb.sources.queries.tables import TableName, time_column
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.service_list import SIGNALS
from aisre_nb.sources.stored_telemetry import StoredTelemetry
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.kinds import Place

_THREADS = 4
_PATHS = 300
"""Keys of a JSON column that are read at most."""
_LONG = 8_000
"""Characters of a statement that still go into a link."""


class ClickHouseOptions(HttpOptions):
    """What ``[sources.NAME]`` of this type may hold beside what every source over HTTP may."""

    database: str = Field("default", min_length=1)


OPTIONS = ClickHouseOptions


def make(name: str, options: ClickHouseOptions, place: Place) -> Offer:
    """Asks nothing of the server yet. Raises `ConfigurationError` for a secret that is not there."""
    source = ClickHouse(options.access(name, place.base, place.environ), options.database, options.link)
    return Offer(source, metrics=source, traces=source, logs=source, sql=source)


class ClickHouse(StoredTelemetry):
    """Speaks `MetricSource`, `TraceSource`, `LogSource` and `Source`.

    What is aggregated is aggregated there; what comes back is small, or a sample whose size is told.
    """

    dialect = "clickhouse"

    def __init__(self, access: Access, database: str = "default", link: str = "") -> None:
        self.name = access.name
        self.server = ClickHouseServer(access, database)
        self._link = link
        self._tables: Mapping[TableName, Stored] | None = None
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"aisre-{access.name}")

    async def tables(self) -> Mapping[TableName, Stored]:
        """What is there of ours; looked up once. Raises `SignalMissing` where nothing is."""
        if self._tables is None:
            self._tables = await self._look()
        return self._tables

    async def _ask(
        self, work: Callable[[Reader], pd.DataFrame], window: Window | None = None, **named: str | None
    ) -> Answer:
        wanted = estimate.wanted()
        # Which tables there are is asked of the server's own books, and costs nothing.
        tables = await asyncio.create_task(self.tables(), context=Context())
        reader = ClickHouseReader(self.server, tables, asyncio.get_running_loop(), dry=wanted)
        running = asyncio.get_running_loop().run_in_executor(self._pool, work, reader)
        try:
            frame = await asyncio.shield(running)
        except asyncio.CancelledError:
            reader.stop()
            await asyncio.wait({running})
            raise
        total, query = frame.attrs.pop("total", None), "\n\n".join(reader.queries)
        return Answer(
            frame, query, self.name, total=total, notes=tuple(reader.notes), link=self._page(query, window, **named)
        )

    async def _look(self) -> Mapping[TableName, Stored]:
        where = f"database = {text(self.server.database)}"
        named = await self.server.rows(f"SELECT name, engine FROM system.tables WHERE {where}")
        columns = await self.server.rows(f"SELECT table, name, type FROM system.columns WHERE {where}")
        kept = schema.found(named, columns)
        if not kept:
            raise SignalMissing(
                f"{self.name}: the database {self.server.database!r} has none of {', '.join(SIGNALS)}",
                'write database = "…", the one that the exporter writes into',
            )
        return {name: await self._keyed(stored) for name, stored in kept.items()}

    async def _keyed(self, stored: Stored) -> Stored:
        """With the keys of its JSON columns, as the last hour of it has them."""
        if not stored.json:
            return stored
        time = quoted(time_column(stored.name))
        asked = ", ".join(f"distinctJSONPaths({quoted(c)}) AS {quoted(c)}" for c in stored.json)
        since = f"(SELECT max({time}) FROM {quoted(stored.table)}) - INTERVAL 1 HOUR"
        rows = await self.server.rows(f"SELECT {asked} FROM {quoted(stored.table)} WHERE {time} >= {since}")
        return replace(stored, paths={c: tuple(sorted(rows[0][c])[:_PATHS]) for c in stored.json} if rows else {})

    def _page(self, query: str, window: Window | None, **named: str | None) -> str | None:
        if self._link:
            return filled(self._link, {"query": query, **named, **times(window)})
        first = query.partition("\n\n")[0]
        if not first or len(first) > _LONG:
            return None
        # The server's own page for statements, which has it behind the hash.
        return f"{self.server.access.url}/play#{base64.b64encode(first.encode()).decode()}"

    async def health(self) -> Health:
        """Its version, and what it keeps."""
        try:
            version = (await self.server.rows("SELECT version() AS version"))[0]["version"]
            tables = await self.tables()
            rows = await self.server.rows(
                f"SELECT name, total_rows FROM system.tables WHERE database = {text(self.server.database)}"
            )
        except AisreError as error:
            return Health(False, str(error))
        counts = {row["name"]: row["total_rows"] for row in rows}
        told = [f"{stored.table}{_rows(counts.get(stored.table))}" for stored in tables.values()]
        missing = [name for name in SIGNALS if name not in tables]
        lacks = f"; not there: {', '.join(missing)}" if missing else ""
        signals = tuple(dict.fromkeys(SIGNALS[name] for name in tables))
        return Health(True, f"ClickHouse {version}: {', '.join(told)}{lacks}", signals)

    async def close(self) -> None:
        """Let go of connections and threads."""
        await self.server.close()
        await asyncio.to_thread(self._pool.shutdown)


def _rows(count: int | None) -> str:
    return f" ({count:,} rows)" if count else ""
