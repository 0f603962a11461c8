"""Rows as one of the telemetry folder's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.redaction import Redactor
from aisre_nb.sources.case.masked import masked
from aisre_nb.sources.queries.tables import COLUMNS, ColumnKind

if TYPE_CHECKING:
    import pyarrow as pa


def write_table(path: Path, name: Any, rows: Sequence[Mapping[str, Any]], redactor: Redactor) -> None:
    """All columns that the queries know, masked."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: Mapping[str, ColumnKind] = COLUMNS[name]
    arrays = {column: pa.array([_value(row.get(column), kind) for row in rows], type=_type(kind))
              for column, kind in columns.items()}  # fmt: skip
    pq.write_table(masked(pa.table(arrays), redactor), path, compression="zstd")


def _value(value: Any, kind: ColumnKind) -> Any:
    if kind == "map":
        return list((value or {}).items())
    return "" if value is None and kind == "string" else value


def _type(kind: ColumnKind) -> pa.DataType:
    import pyarrow as pa

    kinds: dict[ColumnKind, pa.DataType] = {
        "time": pa.timestamp("us", tz="UTC"),
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "map": pa.map_(pa.string(), pa.string()),
        "integers": pa.list_(pa.int64()),
        "numbers": pa.list_(pa.float64()),
        "temporality": pa.int64(),
    }
    return kinds[kind]
