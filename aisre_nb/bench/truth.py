"""What was wrong, read from ``truth.json``: by the scorer alone, after the answer is there."""

from __future__ import annotations

import json
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.sources.case.truth import FILE, Truth

_HELP = "write it as aisre-nb case does, or leave the folder out of the suite"


def read_truth(folder: Path) -> Truth:
    """Raises `UsageError` where there is none, or none that can be read."""
    file = folder / FILE
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"{folder} has no {FILE}, so no answer can be scored", _HELP) from None
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}", _HELP) from None
    outcome = told.get("outcome") if isinstance(told, dict) else None
    services = told.get("services", []) if isinstance(told, dict) else None
    if outcome not in ("root_cause", "no_fault") or not isinstance(services, list):
        raise UsageError(f"{file} names no outcome that there is", 'write {"outcome": "no_fault", "services": []}')
    text = {name: str(told.get(name) or "") for name in ("kind", "change", "onset")}
    return Truth(outcome, tuple(map(str, services)), **text)
