"""The tables of a case folder, asked with SQL. Each question reads the folder as it is then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aisre_nb.times import instant


class Tables:
    """A case folder that may grow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        import duckdb

        names = ("otel_logs", "otel_traces", "otel_metrics_gauge", "otel_metrics_sum", "otel_metrics_histogram")
        wanted = [name for name in names if f"{{{name}}}" in query]
        if not all(self.has(name) for name in wanted):
            return []
        for name in wanted:
            query = query.replace(f"{{{name}}}", self.table(name))
        with duckdb.connect() as db:
            db.execute("SET TimeZone='UTC'")
            found = db.execute(query, dict(told or {}))
            columns = [column[0] for column in found.description or []]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def table(self, name: str) -> str:
        """A table as SQL names it."""
        path = self.folder / f"{name}.parquet"
        quoted = str(path / "*.parquet" if path.is_dir() else path).replace("'", "''")
        return f"read_parquet('{quoted}')"

    def _manifest(self) -> dict[str, str]:
        found: dict[str, str] = self.json("manifest.json")
        return found
