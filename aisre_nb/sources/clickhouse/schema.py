"""What is stored, by whatever generation of the exporter; where it differs it is put into the columns asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aisre_nb.sources.queries.tables import COLUMNS, ColumnKind, TableName

_SPREAD = ("{}_distributed", "{}_dist", "{}_all", "distributed_{}", "dist_{}")
"""Names that people give the table that stands for all shards."""
_NONE: Mapping[ColumnKind, str] = {
    "time": "toDateTime64(0, 6, 'UTC')",
    "string": "''",
    "integer": "toInt64(0)",
    "number": "toFloat64(0)",
    "flag": "false",
    "map": "CAST(map(), 'Map(String, String)')",
    "integers": "CAST([], 'Array(Int64)')",
    "numbers": "CAST([], 'Array(Float64)')",
    "temporality": "toInt32(0)",
}
"""What stands where an older generation has no such column."""


@dataclass(frozen=True)
class Stored:
    """One of the tables."""

    name: TableName
    table: str
    """As it is called there."""
    columns: Mapping[str, str]
    """Types by name, as the server writes them."""
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a JSON column: the keys that its values have."""

    @property
    def view(self) -> str:
        """The statement that gives the columns asked for; empty where the table has them as they are."""
        wanted = COLUMNS[self.name]
        told = {column: self._as(column, kind) for column, kind in wanted.items()}
        if self.table == self.name and all(sql == quoted(column) for column, sql in told.items()):
            return ""
        chosen = ", ".join(sql if sql == quoted(c) else f"{sql} AS {quoted(c)}" for c, sql in told.items())
        return f"{quoted(self.name)} AS (SELECT {chosen} FROM {quoted(self.table)})"

    @property
    def json(self) -> list[str]:
        """The columns of attributes that are JSON."""
        return [name for name, kind in COLUMNS[self.name].items() if kind == "map" and self._type(name) == "JSON"]

    def _type(self, column: str) -> str:
        return self.columns.get(column, "").partition("(")[0]

    def _as(self, column: str, kind: ColumnKind) -> str:
        stored, name = self._type(column), quoted(column)
        if not stored:
            return _NONE[kind]
        if kind == "time" and stored != "DateTime64":
            return f"toDateTime64({name}, 6, 'UTC')"
        if kind == "map" and stored == "JSON":
            pairs = ", ".join(f"{text(p)}, ifNull({_path(name, p)}, '')" for p in self.paths.get(column, ()))
            return f"mapFilter((k, v) -> v != '', CAST(map({pairs}), 'Map(String, String)'))"
        return name


def found(tables: Sequence[Mapping[str, str]], columns: Sequence[Mapping[str, str]]) -> dict[TableName, Stored]:
    """The tables of ours that are there. ``tables``: name, engine; ``columns``: table, name, type."""
    engines = {row["name"]: row["engine"] for row in tables}
    types: dict[str, dict[str, str]] = {}
    for row in columns:
        types.setdefault(row["table"], {})[row["name"]] = row["type"]
    kept: dict[TableName, Stored] = {}
    for name in COLUMNS:
        spread = [s for pattern in _SPREAD if engines.get(s := pattern.format(name)) == "Distributed"]
        # The local table of a shard holds a part; the one that stands for all of them is asked.
        table = name if engines.get(name) == "Distributed" or not spread else spread[0]
        if table in types:
            kept[name] = Stored(name, table, types[table])
    return kept


def quoted(name: str) -> str:
    """A name in double quotes."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text(value: str) -> str:
    """A text in single quotes."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _path(column: str, path: str) -> str:
    parts = ".".join("`" + re.sub(r"([`\\])", r"\\\1", part) + "`" for part in path.split("."))
    return f"CAST({column}.{parts}, 'Nullable(String)')"
