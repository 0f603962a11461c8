"""Frames at rest: Parquet, with what Parquet has no type for as JSON, so that dicts come back as dicts."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.digest import plain_json

if TYPE_CHECKING:
    import pandas as pd

_NESTED = b"aisre.json_columns"
_LABELS = b"aisre.labels"


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write atomically: the file is there whole or not at all. Raises `OSError`.

    Columns keep their order and labels, also where two have the same; cells that are mixed or nested come back as JSON
    does: tuples as lists, and what is no JSON as its text.
    """
    import pyarrow.parquet as pq

    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        pq.write_table(_table(frame), temporary, compression="zstd")
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def read(path: Path) -> pd.DataFrame:
    """The inverse of `write`. Raises whatever pyarrow raises for a file that is none, or is somebody else's."""
    import pandas as pd
    import pyarrow.parquet as pq

    # Not `read_table`: it takes a folder, and the columns of a partition from the path.
    table = pq.ParquetFile(path).read()
    metadata = table.schema.metadata or {}
    frame: pd.DataFrame = table.to_pandas()
    nested = set(json.loads(metadata.get(_NESTED, b"[]")))
    for place, name in enumerate(frame.columns):
        if name in nested:
            cells = [None if text is None else json.loads(text) for text in frame[name]]
            frame.isetitem(place, pd.Series(cells, index=frame.index, dtype=object).array)
    labels = json.loads(metadata.get(_LABELS, b"null"))
    if isinstance(labels, list) and len(labels) == frame.shape[1]:
        frame.columns = pd.Index([tuple(label) if isinstance(label, list) else label for label in labels])
    return frame


def _table(frame: pd.DataFrame) -> Any:
    import pandas as pd
    import pyarrow as pa

    plain = frame.copy(deep=False)
    plain.attrs = {}
    plain.columns = pd.Index([f"c{place}" for place in range(frame.shape[1])])
    nested = []
    for place, name in enumerate(plain.columns):
        if not _fits(frame.iloc[:, place]):
            nested.append(name)
            cells = [json.dumps(plain_json(cell), default=str) for cell in frame.iloc[:, place]]
            plain.isetitem(place, pd.Series(cells, index=plain.index, dtype="str").array)
    if not _fits(plain.index.to_series()) or isinstance(plain.index, pd.MultiIndex):
        name = str(plain.index.name or "index")
        plain.index = plain.index.to_flat_index().map(str).rename(name)
    table = pa.Table.from_pandas(plain)
    labels = [list(label) if isinstance(label, tuple) else label for label in frame.columns]
    ours = {
        _NESTED: json.dumps(nested).encode(),
        _LABELS: json.dumps(labels, default=str).encode(),
    }
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **ours})


def _fits(series: pd.Series[Any]) -> bool:
    """Whether Parquet has a type for it that gives back what it was given."""
    import pandas as pd
    import pyarrow as pa

    if series.dtype.kind in "iufbmM" and not isinstance(series.dtype, pd.SparseDtype):
        return True
    if isinstance(series.dtype, pd.StringDtype | pd.CategoricalDtype):
        with suppress(pa.ArrowException, ValueError, TypeError):
            pa.Array.from_pandas(series)
            return True
    return False


def _sync_folder(folder: Path) -> None:
    """A name is on disk once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
