"""One call's way to ClickHouse: an Ibis expression, compiled, sent, and read back as a frame."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from aisre_nb.errors import SignalMissing, SourceUnreachable
from aisre_nb.sources.clickhouse.schema import Stored
from aisre_nb.sources.clickhouse.server import ClickHouseServer
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.queries.tables import COLUMNS, TableName, table, time_column
from aisre_nb.sources.sql import checked
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

T = TypeVar("T")

_INTERRUPTED = "the query was interrupted"


@dataclass
class ClickHouseReader:
    """Speaks `Reader`. Used in a thread, while the event loop of the server's client runs in another one."""

    server: ClickHouseServer
    tables: Mapping[TableName, Stored]
    loop: asyncio.AbstractEventLoop
    queries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dry: bool = False
    """Say what the first query would cost, and send none."""
    stopped: bool = False
    _running: Future[Any] | None = None

    def has(self, *names: TableName) -> bool:
        """See `Reader.has`."""
        return all(name in self.tables for name in names)

    def need(self, name: TableName) -> None:
        """See `Reader.need`."""
        if name not in self.tables:
            raise SignalMissing(f"{self.server.access.name}: there is no table {name} in {self.server.database}")

    def frame(self, expression: Any) -> pd.DataFrame:
        """See `Reader.frame`."""
        import ibis

        compiled = str(ibis.to_sql(expression, dialect="clickhouse"))
        asked: list[TableName] = [name for name in COLUMNS if f'"{name}"' in compiled]
        return _frame(self._sent(compiled, asked), expression.schema())

    def select(self, statement: str, limit: int) -> pd.DataFrame:
        """See `Reader.select`."""
        found = checked(statement, "clickhouse", self.tables, limit)
        asked = [name for name in self.tables if re.search(rf"\b{name}\b", found)]
        frame: pd.DataFrame = self._sent(found, asked).to_pandas(maps_as_pydicts="lossy")
        return frame.head(limit + 1)

    def _sent(self, sql: str, asked: Sequence[TableName]) -> pa.Table:
        for name in asked:
            self.need(name)
        sql = _with([view for name in asked if (view := self.tables[name].view)], sql)
        if self.dry:
            raise Estimated(Estimate(sql, self._cost(sql)))
        self.queries.append(sql)
        return self._wait(self.server.arrow(sql))

    def extent(self, name: TableName) -> Window | None:
        """See `Reader.extent`."""
        import ibis

        rows = table(name)
        time = rows[time_column(name)]
        known = self.frame(rows.agg(rows=rows.count(), first=time.min(), last=time.max() + ibis.interval(seconds=1)))
        count, first, last = known.iloc[0]
        # Of no rows the server's first instant is that of 1970.
        return Window(first.to_pydatetime(), last.to_pydatetime()) if count else None

    def stop(self) -> None:
        """Give up: what is asked now is cancelled, and nothing more is asked."""
        self.stopped = True
        if self._running is not None:
            self._running.cancel()

    def _cost(self, sql: str) -> str:
        """By the server's own index; nothing of the data is read."""
        rows = self._wait(self.server.rows(f"EXPLAIN ESTIMATE {sql}"))
        marked = ", ".join(f"{row['rows']:,} rows of {row['table']}" for row in rows)
        return f"about {marked}" if marked else "no row that its index knows of"

    def _wait(self, asking: Coroutine[Any, Any, T]) -> T:
        if self.stopped:
            asking.close()
            raise SourceUnreachable(_INTERRUPTED)
        running = asyncio.run_coroutine_threadsafe(asking, self.loop)
        self._running = running
        if self.stopped:
            # It came between the two lines before.
            running.cancel()
        try:
            return running.result()
        except CancelledError:
            raise SourceUnreachable(_INTERRUPTED) from None
        finally:
            self._running = None


def _with(views: list[str], sql: str) -> str:
    if not views:
        return sql
    head = f"WITH {', '.join(views)}"
    return f"{head}, {sql[5:]}" if sql[:5].upper() == "WITH " else f"{head} {sql}"


def _frame(arrow: pa.Table, schema: Any) -> pd.DataFrame:
    """The answer in the types of the question: ClickHouse counts without signs, and has times in seconds as numbers."""
    import pandas as pd

    frame: pd.DataFrame = arrow.to_pandas(maps_as_pydicts="lossy")
    for name, kind in schema.items():
        if name not in frame.columns:
            frame[name] = pd.Series(dtype=object)
        if kind.is_timestamp():
            frame[name] = _times(frame[name])
        elif kind.is_integer() and str(frame[name].dtype).startswith("uint"):
            frame[name] = frame[name].astype("int64")
        elif kind.is_boolean():
            # A comparison is a small number there.
            frame[name] = frame[name].astype("boolean" if frame[name].isna().any() else bool)
    return frame[list(schema.names)]


def _times(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return pd.to_datetime(column, unit="s", utc=True).dt.as_unit("ns")
    return pd.to_datetime(column, utc=True).dt.as_unit("ns")
