"""A table in memory, of what was read from a backend, for the queries that a folder is asked with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.queries.tables import TableName
from aisre_nb.sources.telemetry_database import Reader, in_thread
from aisre_nb.sources.telemetry_files import StoredTable
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="aisre-mirror")
_SIGNALS = {"otel_traces": "traces", "otel_logs": "logs"}


@dataclass(frozen=True)
class Origin:
    """Where the rows of a mirror are from."""

    query: str
    """The requests, as sent."""
    notes: tuple[str, ...] = ()
    """What is not in it."""
    whole: bool = True
    """Whether all rows of its window are in it."""
    part: float = 1.0
    """Of all traces, 0 to 1, where they were chosen by their ids as `queries.samples` deals them."""
    total: int | None = None
    """How many rows there are, where the backend counted them."""


class MirrorReader(Reader):
    """As a folder's, but what is not there was never asked for, and costs nothing more."""

    def need(self, name: TableName) -> None:
        """Raise `SignalMissing` where it is another table's question."""
        if name not in self.tables:
            raise SignalMissing(f"this source has no {_SIGNALS.get(name, 'metrics')}")

    def _cost(self, sql: str, asked: Sequence[TableName]) -> str:
        return "nothing more is sent: what it looks at was read a moment ago"


class Mirror:
    """One table, and what is known of its rows."""

    def __init__(self, name: TableName, rows: pa.Table, window: Window, origin: Origin) -> None:
        import duckdb

        self.window = window
        self.origin = origin
        self.rows = rows.num_rows
        self.made = time.monotonic()
        self._connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._connection.register("rows_read", rows)
        self._connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM rows_read')
        self._connection.unregister("rows_read")
        self._connection.execute("SET lock_configuration = true")
        self._tables: dict[TableName, StoredTable] = {name: _stored(name)}

    async def run(
        self, work: Callable[[Reader], T], beside: Mapping[TableName, pa.Table] | None = None
    ) -> tuple[T, Reader]:
        """``work`` in a thread; it can be interrupted. ``beside``: other tables that it may ask, this time."""
        cursor, tables = self._connection.cursor(), dict(self._tables)
        for name, rows in (beside or {}).items():
            # What is registered is this cursor's alone.
            cursor.register(name, rows)
            tables[name] = _stored(name)
        reader = MirrorReader(cursor, tables)
        return await in_thread(_THREADS, reader, work), reader

    async def rows_of(self, name: TableName) -> pa.Table:
        """All of its table."""
        cursor = self._connection.cursor()
        return await asyncio.to_thread(lambda: cursor.sql(f'SELECT * FROM "{name}"').to_arrow_table())

    def close(self) -> None:
        """Let go of the rows."""
        self._connection.close()


def _stored(name: TableName) -> StoredTable:
    return StoredTable(name, Path(name), (Path(name),), (), {})
