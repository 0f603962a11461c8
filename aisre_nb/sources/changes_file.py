"""``changes.jsonl`` of a telemetry folder: what was changed in the world, one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError, SignalMissing, SourceUnreachable
from aisre_nb.times import Window, instant

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "kind", "service", "title", "from", "to", "commit", "manifest", "author"]


def read_changes(path: Path, window: Window, service: str | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame of `ChangeSource.changes`, newest first, and notes on lines that could not be read."""
    if not path.is_file():
        raise SignalMissing(f"{path.name} is not in the telemetry folder")
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise SourceUnreachable(f"{path} cannot be read: {error.strerror}", "write that file again") from None
    rows, bad = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line))
        except (AisreError, ValueError, AttributeError, KeyError, TypeError):
            bad.append(number)
            continue
        if window.start <= row["time"] < window.end and service in (None, row["service"]):
            rows.append(row)
    notes = (f"{path.name}: line {', '.join(map(str, bad[:5]))} cannot be read and is left out",) if bad else ()
    return change_frame(rows), notes


def _row(data: dict[str, Any]) -> dict[str, Any]:
    more = data.get("attributes") or {}
    text = {name: str(data.get(name) or more.get(name) or "") for name in COLUMNS}
    return {**text, "time": instant(data["time"])}


def change_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows in the columns of `ChangeSource.changes`, newest first."""
    import pandas as pd

    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    return frame.sort_values("time", ascending=False, ignore_index=True, kind="stable")
