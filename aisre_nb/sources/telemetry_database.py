"""A telemetry folder's DuckDB: opened, locked down, asked from threads that can be interrupted."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aisre_nb.errors import SignalMissing, SourceUnreachable, ToolError
from aisre_nb.sources import estimate
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.queries.tables import TableName, table, time_column
from aisre_nb.sources.sql import checked
from aisre_nb.sources.telemetry_files import StoredTable, one_line, pattern, quoted, state, stored_tables, view
from aisre_nb.times import Window

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

T = TypeVar("T")

_THREADS = 4
"""Reads that run side by side; DuckDB spreads each over the cores by itself."""
_MEMORY = "1GB"
"""What the engine may hold at once; sorts and joins that need more go through the disk."""
_NUDGE_SECONDS = 0.05
_INTERRUPTED = "the query was interrupted"


@dataclass
class Reader:
    """One call's way to the database: its own cursor, and the queries that it sent."""

    cursor: duckdb.DuckDBPyConnection
    tables: dict[TableName, StoredTable]
    queries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    dry: bool = False
    """Say what the first query would cost, and send none."""

    def has(self, *names: TableName) -> bool:
        """Whether all of these tables are there and readable."""
        return all(name in self.tables and self.tables[name].files for name in names)

    def need(self, name: TableName) -> None:
        """Raise `SignalMissing` where the table is not there, `SourceUnreachable` where it cannot be read."""
        stored = self.tables.get(name)
        if stored is None:
            raise SignalMissing(f"{name}.parquet is not in the telemetry folder")
        if not stored.files:
            path, why = stored.broken[0]
            raise SourceUnreachable(f"{path} cannot be read: {why}", "write that file again, or remove it")

    def frame(self, expression: Any) -> pd.DataFrame:
        """Run an Ibis expression. Times come back aware, in UTC; maps as dicts."""
        import ibis

        sql = str(ibis.to_sql(expression, dialect="duckdb"))
        return self._sent(sql, [name for name in _ALL if f'"{name}"' in sql])

    def select(self, statement: str, limit: int) -> pd.DataFrame:
        """See `reader.Reader.select`."""
        import duckdb

        there = [name for name, stored in self.tables.items() if stored.files]
        sql = checked(statement, "duckdb", there, limit)
        try:
            # What is wrong with it is said before it runs.
            self.cursor.execute(f"EXPLAIN {sql}")
        except duckdb.Error as error:
            raise ToolError(f"DuckDB refuses it: {one_line(error)}", "correct it and ask again") from None
        return self._sent(sql, [name for name in there if re.search(rf"\b{name}\b", sql)]).head(limit + 1)

    def _sent(self, sql: str, asked: Sequence[TableName]) -> pd.DataFrame:
        import duckdb

        for name in asked:
            self.need(name)
            for path, why in self.tables[name].broken:
                self._note(f"{path.name} of {name} cannot be read and is left out: {why}")
        if self.stopped:
            raise SourceUnreachable(_INTERRUPTED)
        if self.dry:
            raise Estimated(Estimate(sql, self._cost(sql, asked)))
        self.queries.append(sql)
        try:
            arrow = self.cursor.sql(sql).to_arrow_table()
        except duckdb.InterruptException:
            raise SourceUnreachable(_INTERRUPTED) from None
        except duckdb.Error as error:
            files = ", ".join(str(self.tables[name].path) for name in asked)
            raise SourceUnreachable(f"{files} cannot be read: {one_line(error)}", "write that file again") from None
        return _utc(_plain(arrow).to_pandas(maps_as_pydicts="lossy"))

    def _cost(self, sql: str, asked: Sequence[TableName]) -> str:
        """From the files' own counts and DuckDB's plan; nothing of the data is read."""
        import json

        import duckdb

        files = [path for name in asked for path in self.tables[name].files]
        size = sum(path.stat().st_size for path in files) / 1e6
        try:
            plan = self.cursor.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1]
            rows = max(_scanned(json.loads(plan)), default=0)
        except (duckdb.Error, ValueError, IndexError):
            return f"{', '.join(asked)}: {size:.1f} MB in {len(files)} files"
        return f"about {rows:,} rows of {', '.join(asked)}; {size:.1f} MB in {len(files)} file{'s' * (len(files) != 1)}"

    def extent(self, name: TableName) -> Window | None:
        """From the table's first row to just after its last; None where it holds nothing."""
        import ibis

        rows = table(name)
        time = rows[time_column(name)]
        ends = self.frame(rows.agg(first=time.min(), last=time.max() + ibis.interval(milliseconds=1)))
        first, last = ends.iloc[0]
        return None if first is None or first != first else Window(first.to_pydatetime(), last.to_pydatetime())

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


_ALL: tuple[TableName, ...] = (
    "otel_metrics_gauge",
    "otel_metrics_sum",
    "otel_metrics_histogram",
    "otel_logs",
    "otel_traces",
)


def _scanned(plan: Any) -> Iterator[int]:
    """The estimated rows of each scan in a plan."""
    for node in plan if isinstance(plan, list) else [plan]:
        told = node.get("extra_info", {}).get("Estimated Cardinality", "")
        if not node.get("children") and str(told).isdigit():
            yield int(told)
        yield from _scanned(node.get("children", []))


def _plain(arrow: pa.Table) -> pa.Table:
    """DuckDB sums integers into 128 bits, which arrive as decimals: counts are 64 bits here."""
    import pyarrow as pa

    fields = [
        pa.field(f.name, pa.int64() if f.type.scale == 0 else pa.float64()) if pa.types.is_decimal(f.type) else f
        for f in arrow.schema
    ]
    return arrow.cast(pa.schema(fields))


def _utc(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        if str(frame[name].dtype).startswith("datetime64"):
            frame[name] = frame[name].dt.tz_convert("UTC").dt.as_unit("ns")
    return frame


async def in_thread(pool: ThreadPoolExecutor, reader: Reader, work: Callable[[Reader], T]) -> T:
    """``work`` in a thread; when this task is cancelled the query is interrupted, and no thread is left behind."""
    reader.dry = estimate.wanted()
    running = asyncio.get_running_loop().run_in_executor(pool, work, reader)
    running.add_done_callback(lambda _: reader.cursor.close())
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        reader.stopped = True
        # An interrupt that arrives between two queries is lost: repeat it until the thread is done.
        while not running.done():
            reader.cursor.interrupt()
            await asyncio.wait({running}, timeout=_NUDGE_SECONDS)
        raise


class Database:
    """The folder's tables as views of an in-memory DuckDB that can read this folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self._folder = folder
        self._following = threading.Lock()
        self._scratch = Path(tempfile.gettempdir()) / f"aisre-{uuid.uuid4().hex}"
        self._connection = duckdb.connect(":memory:")
        try:
            self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
            self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
            # By itself it would write into the folder that the notebook is in.
            self._connection.execute(f"SET temp_directory = {quoted(self._scratch)}")
            self.state = state(folder)
            self._look()
            self._connection.execute(f"SET allowed_directories = [{quoted(folder)}, {pattern(folder)}]")
            # A table that is a link is where it leads to; only what was linked when the folder was opened.
            linked = {real for stored in self.tables.values() for f in stored.files if (real := f.resolve()) != f}
            if linked:
                listed = ", ".join(quoted(path) for path in sorted(linked))
                self._connection.execute(f"SET allowed_paths = [{listed}]")
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            self._connection.close()
            raise SourceUnreachable(f"{folder} cannot be read: {one_line(error)}") from None
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="aisre-telemetry")

    def _look(self) -> None:
        tables = stored_tables(self._folder, self._connection)
        for stored in tables.values():
            if stored.files:
                self._connection.execute(view(stored))
        self.tables = tables

    def follow(self) -> None:
        """Look at the folder again where its tables changed: time passed in it, and new parts came."""
        import duckdb

        with self._following:
            now = state(self._folder)
            if now == self.state:
                return
            try:
                self._look()
            except duckdb.Error as error:
                raise SourceUnreachable(f"{self._folder} cannot be read: {one_line(error)}") from None
            self.state = now

    def reader(self) -> Reader:
        """A cursor of its own; the caller closes it."""
        return Reader(self._connection.cursor(), self.tables)

    async def run(self, work: Callable[[Reader], T]) -> tuple[T, Reader]:
        """``work`` in a thread; see `in_thread`."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self.follow)
        reader = self.reader()
        return await in_thread(self._pool, reader, work), reader

    def close(self) -> None:
        """Stop the threads and let go of the files."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)
