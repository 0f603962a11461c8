"""Columns as the OpenTelemetry exporter's tables have them, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PART = 4096


def instants(microseconds: NDArray[np.int64]) -> Any:
    """Timestamps in UTC, to the microsecond."""
    import pyarrow as pa

    return pa.array(microseconds, type=pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def maps(rows: Sequence[Mapping[str, str]]) -> Any:
    """A map of strings for each row."""
    import pyarrow as pa

    kind = pa.map_(pa.string(), pa.string())
    # Part by part: all rows as lists of pairs at once would be most of the memory that a world needs.
    parts = [
        pa.array([list(row.items()) for row in rows[n : n + _PART]], type=kind)
        for n in range(0, max(len(rows), 1), _PART)
    ]
    return pa.concat_arrays(parts)


def picked(values: Any, index: NDArray[np.int64]) -> Any:
    """A column whose rows repeat a few values: row n is ``values[index[n]]``. Lists become text."""
    import pyarrow as pa

    column = pa.array(values, type=pa.string()) if isinstance(values, (list, tuple)) else values
    return column.take(pa.array(index))


def lists(rows: NDArray[Any]) -> Any:
    """A list for each row of a table of numbers."""
    import numpy as np
    import pyarrow as pa

    offsets = np.arange(0, rows.size + 1, rows.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))


def hexadecimal(numbers: NDArray[np.uint64]) -> list[str]:
    """16 digits for each number; for rows of two numbers 32."""
    import numpy as np

    digits = 16 * (numbers.shape[1] if numbers.ndim > 1 else 1)
    text = np.ascontiguousarray(numbers).astype(">u8").tobytes().hex()
    return [text[i : i + digits] for i in range(0, len(text), digits)]


def write(file: Path, columns: Mapping[str, Any], order: str) -> None:
    """One Parquet file, sorted by the column ``order``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(columns))
    at = table[order].cast(pa.int64()).to_numpy()
    if len(at) and (at[1:] < at[:-1]).any():
        table = table.take(pa.compute.sort_indices(table, sort_keys=[(order, "ascending")]))
    pq.write_table(table, file, compression="zstd", row_group_size=65536)
