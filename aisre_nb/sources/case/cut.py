"""The tables of a telemetry folder, cut to a span of time and masked, into another folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aisre_nb.errors import AisreError, SignalMissing, SourceUnreachable
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.sources.case.masked import masked
from aisre_nb.sources.kubernetes_file import read_objects
from aisre_nb.sources.queries.tables import time_column
from aisre_nb.sources.telemetry_files import one_line, stored_tables, view
from aisre_nb.times import Window, instant, rfc3339

_ROWS = 200_000
"""Rows that are in memory at once."""
NEVER = "0001-01-01T00:00:00Z"
"""Alertmanager's word for an alert that has not ended."""


def cut_tables(folder: Path, out: Path, window: Window, redactor: Redactor) -> list[str]:
    """Write each table that there is; returns a line for each part that could not be read."""
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    lost = []
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, stored in stored_tables(folder, connection).items():
            lost += [f"{path.name} of {name} cannot be read: {why}" for path, why in stored.broken]
            if not stored.files:
                continue
            try:
                connection.execute(view(stored))
                time = time_column(name)
                found = connection.sql(
                    f'SELECT * FROM "{name}" WHERE "{time}" >= ? AND "{time}" <= ? ORDER BY "{time}"',
                    params=[window.start, window.end],
                ).to_arrow_reader(_ROWS)
            except duckdb.Error as error:
                raise SourceUnreachable(f"{stored.path} cannot be read: {one_line(error)}") from None
            writer = None
            for batch in found:
                table = masked(pa.Table.from_batches([batch]), redactor)
                writer = writer or pq.ParquetWriter(out / f"{name}.parquet", table.schema, compression="zstd")
                writer.write_table(table)
            if writer is not None:
                writer.close()
    return lost


def cut_alerts(path: Path, window: Window, redactor: Redactor) -> list[dict[str, Any]]:
    """Those that fired in the span; what was not known at its end is not in them."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise SourceUnreachable(f"{path} cannot be read: {error}", "write that file again") from None
    found = []
    for alert in data if isinstance(data, list) else []:
        try:
            begun, ended = instant(alert["startsAt"]), instant(alert.get("endsAt") or NEVER)
        except (AisreError, KeyError, TypeError, AttributeError):
            continue
        over = ended.year > 1 and ended <= window.end
        if begun > window.end or (over and ended < window.start):
            continue
        known = {**alert, "endsAt": alert["endsAt"] if over else NEVER}
        if "updatedAt" in known:
            known["updatedAt"] = rfc3339(window.end)
        found.append(redactor.value(known))
    return found


def cut_objects(path: Path, redactor: Redactor) -> list[dict[str, Any]]:
    """The objects of Kubernetes as they were at the end of the span; of secrets nothing but their names and dates."""
    try:
        frame, _ = read_objects(path)
    except SignalMissing:
        return []
    return [redactor.value(item) for item in frame["object"]]


def cut_changes(path: Path, window: Window, redactor: Redactor) -> list[dict[str, Any]]:
    """Those of the span, as they stand."""
    found = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    for line in lines:
        try:
            row = json.loads(line)
            inside = window.start <= instant(row["time"]) < window.end
        except (AisreError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if inside:
            found.append(redactor.value(row))
    return found
