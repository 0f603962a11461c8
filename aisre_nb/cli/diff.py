"""``aisre-nb diff``: two recorded runs beside each other, so that a change of model or prompt can be judged."""

from __future__ import annotations

import json
from pathlib import Path

from aisre_nb.record.branches import Run, compare
from aisre_nb.record.record import Record
from aisre_nb.settings import Settings


def diff(first: Path, second: Path, as_json: bool) -> int:
    """Print; returns the exit status. Raises `RecordError`."""
    from aisre_nb.render.side_by_side import plain

    found = compare(_run(first), _run(second))
    print(json.dumps(found.as_json(), indent=1, ensure_ascii=False) if as_json else plain(found))
    return 0


def _run(named: Path) -> Run:
    folder = named if named.is_dir() else Settings.load().record_dir / named
    return Run(folder.name, tuple(Record.load(folder).events))
