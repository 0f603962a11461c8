"""Frames at rest: Parquet, with nested cells as JSON so that they come back as they were."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_NESTED = b"aisre.json_columns"


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write atomically: the file is there whole or not at all. Raises `OSError`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = frame.reset_index(drop=True)
    nested = [str(c) for c in plain.columns if plain[c].dtype == object]
    plain = plain.assign(**{c: [_dumped(v) for v in plain[c]] for c in nested})
    plain.columns = [str(c) for c in plain.columns]
    table = pa.Table.from_pandas(plain, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _NESTED: json.dumps(nested).encode()})
    temporary = path.with_suffix(".tmp")
    pq.write_table(table, temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def read(path: Path) -> pd.DataFrame:
    """The inverse of `write`. Raises `OSError` or `ValueError` for what is no such file."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    nested = json.loads((table.schema.metadata or {}).get(_NESTED, b"[]"))
    frame: pd.DataFrame = table.to_pandas()
    return frame.assign(**{c: _loaded(frame[c]) for c in nested if c in frame})


def _dumped(value: Any) -> str:
    return json.dumps(value, default=str)


def _loaded(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series([json.loads(text) for text in column], index=column.index, dtype=object)
