"""Which tables a telemetry folder holds, and the DuckDB views that give them one shape."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.sources.queries.tables import COLUMNS, ColumnKind, TableName

if TYPE_CHECKING:
    import duckdb

_DUCKDB_TYPES: Mapping[ColumnKind, str] = {
    "time": "TIMESTAMPTZ",
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "map": "MAP(VARCHAR, VARCHAR)",
    "integers": "BIGINT[]",
    "numbers": "DOUBLE[]",
    "temporality": "BIGINT",
}
_EMPTY: Mapping[ColumnKind, str] = {
    "time": "NULL::TIMESTAMPTZ",
    "string": "''",
    "integer": "0::BIGINT",
    "number": "NULL::DOUBLE",
    "flag": "TRUE",
    "map": "MAP {}::MAP(VARCHAR, VARCHAR)",
    "integers": "[]::BIGINT[]",
    "numbers": "[]::DOUBLE[]",
    "temporality": "2::BIGINT",
}


_EPOCHS = (("1e11", 1_000_000_000), ("1e14", 1_000_000), ("1e17", 1_000))
"""Below which a count since 1970 is of seconds, milliseconds, microseconds: in each, years until 5138."""


@dataclass(frozen=True)
class StoredTable:
    """One table of the folder: what is there, what can be read."""

    name: TableName
    path: Path
    """The file, or the folder of parts."""
    files: tuple[Path, ...]
    """The parts that can be read."""
    broken: tuple[tuple[Path, str], ...]
    """The parts that cannot, each with the reason in one line."""
    columns: Mapping[str, str]
    """The stored columns and their DuckDB types."""
    whole: frozenset[str] = frozenset()
    """The columns of which the files themselves say that no value is missing, or empty in a map."""


def stored_tables(folder: Path, connection: duckdb.DuckDBPyConnection) -> dict[TableName, StoredTable]:
    """Look at each table's schema; what is not there is not in the result."""
    found: dict[TableName, StoredTable] = {}
    for name in COLUMNS:
        path = next((p for p in (folder / f"{name}.parquet", folder / name) if p.exists()), None)
        if path is not None:
            found[name] = _look(name, path, connection)
    return found


def state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a table is written again or gets another part: path, time and size of each file."""
    found = []
    for name in COLUMNS:
        for path in (folder / f"{name}.parquet", folder / name):
            for part in path.rglob("*.parquet") if path.is_dir() else [path]:
                with suppress(FileNotFoundError):
                    stat = part.stat()
                    found.append((str(part), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


def _look(name: TableName, path: Path, connection: duckdb.DuckDBPyConnection) -> StoredTable:
    import duckdb

    parts = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    files, broken, columns = [], [], {}
    for part in parts:
        try:
            rows = connection.execute(f"DESCRIBE SELECT * FROM {reader([part])}").fetchall()
        except duckdb.Error as error:
            broken.append((part, one_line(error)))
            continue
        files.append(part)
        columns.update({str(row[0]): str(row[1]) for row in rows})
    if not parts:
        broken.append((path, "the folder holds no .parquet file"))
    return StoredTable(name, path, tuple(files), tuple(broken), columns, _whole(files, connection))


def _whole(files: list[Path], connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """From the counts of nulls that Parquet keeps; a column that one of the files does not have is not whole."""
    import duckdb

    if not files:
        return frozenset()
    listed = ", ".join(pattern(file) for file in files)
    try:
        counted = connection.execute(
            "SELECT split_part(path_in_schema, ', ', 1), count(DISTINCT file_name) FROM parquet_metadata"
            f"([{listed}]) GROUP BY 1 HAVING bool_and(coalesce(stats_null_count = 0, false))"
        ).fetchall()
    except duckdb.Error:
        return frozenset()
    return frozenset(str(column) for column, n in counted if n == len(files))


def reader(files: list[Path] | tuple[Path, ...]) -> str:
    """A ``read_parquet`` call for exactly these files: a ``[`` or ``*`` in a name is no pattern."""
    return f"read_parquet([{', '.join(pattern(file) for file in files)}], union_by_name = true)"


def quoted(path: Path) -> str:
    """The path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def pattern(path: Path) -> str:
    """A literal that DuckDB, which takes every path for a pattern, finds this path by."""
    return quoted(Path(glob.escape(str(path))))


def view(stored: StoredTable) -> str:
    """The statement that makes the table's view: all columns of `COLUMNS`, in their types."""
    columns = ", ".join(
        f'{_column(column, kind, stored.columns.get(column), column in stored.whole)} AS "{column}"'
        for column, kind in COLUMNS[stored.name].items()
    )
    return f'CREATE OR REPLACE VIEW "{stored.name}" AS SELECT {columns} FROM {reader(stored.files)}'


def _column(name: str, kind: ColumnKind, stored: str | None, whole: bool) -> str:
    if stored is None:
        return _EMPTY[kind]
    column = f'"{name}"'
    match kind:
        case "time" if stored.endswith("INT"):
            # Nanoseconds since 1970, as in the OpenTelemetry protocol; a number too small for these is of longer units.
            scale = " ".join(f"WHEN {column} < {below} THEN {by}" for below, by in _EPOCHS)
            return f"make_timestamp_ns(({column} * CASE {scale} ELSE 1 END)::BIGINT)::TIMESTAMPTZ"
        case "temporality":
            return f"CASE WHEN lower({column}::VARCHAR) LIKE '%delta%' OR {column}::VARCHAR = '1' THEN 1 ELSE 2 END"
        case "map" if stored == "VARCHAR":
            return f"COALESCE(TRY_CAST({column} AS JSON)::MAP(VARCHAR, VARCHAR), {_EMPTY['map']})"
        case "map" if stored.startswith("STRUCT"):
            return f"COALESCE(to_json({column})::MAP(VARCHAR, VARCHAR), {_EMPTY['map']})"
        case "time" | "number":
            return f"{column}::{_DUCKDB_TYPES[kind]}"
        case _ if whole and stored == _DUCKDB_TYPES[kind]:
            # Bare, so that a filter reaches the file, which then skips what it rules out.
            return column
        case _:
            return f"COALESCE({column}::{_DUCKDB_TYPES[kind]}, {_EMPTY[kind]})"


def one_line(error: BaseException) -> str:
    """The first line of what an engine says, bounded."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
