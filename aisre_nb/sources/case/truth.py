"""What a case's scorer reads, and no source ever does: ``truth.json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aisre_nb.errors import UsageError
from aisre_nb.report.report import Report
from aisre_nb.times import instant, rfc3339

FILE = "truth.json"


@dataclass(frozen=True)
class Truth:
    """What was wrong, as people know it afterwards."""

    outcome: Literal["root_cause", "no_fault"]
    services: tuple[str, ...] = ()
    kind: str = ""
    change: str = ""
    onset: str = ""

    def as_json(self) -> dict[str, Any]:
        """The file's object; what is not known is not in it."""
        known = {name: value for name in ("kind", "change", "onset") if (value := getattr(self, name))}
        return {"outcome": self.outcome, "services": list(self.services), **known}


def truth_of(
    services: Sequence[str],
    outcome: Literal["root_cause", "no_fault"] | None,
    report: Report | None,
    *,
    kind: str = "",
    change: str = "",
    onset: str = "",
) -> Truth:
    """``services`` may be ``["report"]``: what the report found is the truth then. Raises `UsageError`."""
    onset = rfc3339(instant(onset)) if onset else ""
    if list(services) == ["report"]:
        cause = report.root_cause if report is not None and report.outcome == "root_cause" else None
        if cause is None or not cause.services or outcome == "no_fault":
            raise UsageError(
                "the report holds no root cause that could be the truth", "name the services: --truth cart"
            )
        return Truth("root_cause", tuple(cause.services), kind or cause.kind, change or cause.change, onset)
    if outcome == "no_fault":
        if services or kind or change or onset:
            raise UsageError("where nothing is at fault, there is nothing to name", "leave out all but --outcome")
        return Truth("no_fault")
    if not services:
        raise UsageError("it is not said what was wrong", "--truth cart, --truth report or --outcome no_fault")
    return Truth("root_cause", tuple(services), kind, change, onset)
