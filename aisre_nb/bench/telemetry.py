"""The folder that is investigated: a copy in which the truth is not, so that nothing can look it up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from aisre_nb.sources.case.truth import FILE


def without_truth(folder: Path, copy: Path) -> Path:
    """The same telemetry at ``copy``: Parquet is linked where the disk can, the rest is copied."""
    shutil.copytree(folder, copy, ignore=_truth, copy_function=_link_or_copy)
    return copy


def take_truth(world: Path, kept: Path) -> None:
    """Move a world's truth out of its folder."""
    kept.mkdir(parents=True, exist_ok=True)
    shutil.move(world / FILE, kept / FILE)


def services_in(folder: Path) -> int:
    """How many services the telemetry knows; 0 where that cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: set[str] = set()
    for table in sorted(folder.glob("otel_*")):
        for file in [table] if table.is_file() else sorted(table.glob("*.parquet")):
            try:
                names = pq.read_table(file, columns=["ServiceName"])["ServiceName"].unique().to_pylist()
            except (pa.ArrowException, OSError, KeyError):
                continue
            found.update(str(name) for name in names if name)
    return len(found)


def _truth(place: str, names: list[str]) -> list[str]:
    """At whatever depth: what is called so is a truth."""
    return [name for name in names if name == FILE]


def _link_or_copy(source: str, target: str) -> str:
    # What is linked is one file for both: only what is never written in place.
    if source.endswith(".parquet"):
        try:
            os.link(source, target)
            return target
        except OSError:
            pass
    return shutil.copy2(source, target)
