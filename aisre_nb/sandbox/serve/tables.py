"""The tables of a case folder, asked with SQL. Each question is answered from the folder as it is then."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.times import instant

if TYPE_CHECKING:
    import duckdb


class Tables:
    """A case folder that may grow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._kept: duckdb.DuckDBPyConnection | None = None
        self._states: dict[str, tuple[tuple[str, int, int], ...]] = {}

    @property
    def start(self) -> datetime:
        """When its history begins."""
        return instant(self._manifest()["start"])

    @property
    def now(self) -> datetime:
        """Its *now*."""
        return instant(self._manifest()["now"])

    def json(self, name: str) -> Any:
        """A file of JSON."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def has(self, table: str) -> bool:
        """Whether the folder holds that table."""
        return (self.folder / f"{table}.parquet").exists()

    def rows(self, query: str, told: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query; ``{otel_logs}`` in it stands for a table. None where the table is missing."""
        names = ("otel_logs", "otel_traces", "otel_metrics_gauge", "otel_metrics_sum", "otel_metrics_histogram")
        wanted = [name for name in names if f"{{{name}}}" in query]
        if not all(self.has(name) for name in wanted):
            return []
        with self._open(wanted) as db:
            for name in wanted:
                query = query.replace(f"{{{name}}}", name)
            found = db.execute(query, dict(told or {}))
            columns = [column[0] for column in found.description or []]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def _open(self, names: Sequence[str]) -> duckdb.DuckDBPyConnection:
        """A cursor on these tables in memory, as the folder has them now: who reads traces one by one asks often."""
        import duckdb

        with self._lock:
            if self._kept is None:
                self._kept = duckdb.connect()
                self._kept.execute("SET GLOBAL TimeZone='UTC'")
            for name in names:
                state = self._state(name)
                if self._states.get(name) != state:
                    self._kept.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {self.table(name)}")
                    self._states[name] = state
            return self._kept.cursor()

    def _state(self, name: str) -> tuple[tuple[str, int, int], ...]:
        """What changes when a table is written again or gets another part."""
        path = self.folder / f"{name}.parquet"
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)

    def table(self, name: str) -> str:
        """A table as SQL names it."""
        path = self.folder / f"{name}.parquet"
        quoted = str(path / "*.parquet" if path.is_dir() else path).replace("'", "''")
        return f"read_parquet('{quoted}')"

    def _manifest(self) -> dict[str, str]:
        found: dict[str, str] = self.json("manifest.json")
        return found
