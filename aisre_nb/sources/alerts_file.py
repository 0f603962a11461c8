"""``alerts.json`` of a telemetry folder: the answer of Alertmanager's ``/api/v2/alerts``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.errors import SignalMissing, SourceUnreachable
from aisre_nb.sources.alert_rows import table

if TYPE_CHECKING:
    import pandas as pd


def read_alerts(path: Path, at: datetime) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame of `AlertSource.alerts` and notes. What begins after ``at`` is not known yet.

    ``attrs["runbooks"]`` of the frame: by an alert's name, where its annotations say what to do.
    """
    if not path.is_file():
        raise SignalMissing(f"{path.name} is not in the telemetry folder")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceUnreachable(f"{path} cannot be read: {error}", "write that file again") from None
    if not isinstance(data, list):
        raise SourceUnreachable(f"{path} is not a list of alerts", "write it as /api/v2/alerts returns it")
    return table(data, at, path.name)
