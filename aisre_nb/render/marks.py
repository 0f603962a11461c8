"""What a claim says of an evidence, as places on its picture: a window, a level, signals, spans, rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from aisre_nb.errors import AisreError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Check, Result
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd

COLOUR, FAILED = "#b8860b", "#d32f2f"
_MOST = 50
"""Rows and spans that are marked at most."""
_OF_FACTS = "signals."


class Sentence(Protocol):
    """A claim, a hypothesis: whatever has a text, citations, a check and what came of it."""

    @property
    def text(self) -> str: ...
    @property
    def evidence(self) -> list[str]: ...
    @property
    def check(self) -> Check | None: ...
    @property
    def result(self) -> Result: ...


@dataclass(frozen=True)
class Mark:
    """Places on the picture of one evidence; what is empty is not marked."""

    text: str
    """The claim's words."""
    start: datetime | None = None
    end: datetime | None = None
    """Equal to ``start`` for an instant."""
    level: float | None = None
    """A claimed value of the signals."""
    signals: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    """Span ids."""
    rows: tuple[int, ...] = ()
    """Places in the frame, from 0."""
    failed: bool = False
    """The check did not hold."""

    @property
    def colour(self) -> str:
        """In which it is drawn."""
        return FAILED if self.failed else COLOUR


def of(claim: Sentence, evidence: Evidence) -> Mark | None:
    """What ``claim`` says of ``evidence``; None where it does not cite it, or says nothing that has a place there.

    ``[m for c in report.claims if (m := marks.of(c, evidence))]`` is what `series.figure(evidence, marks)`,
    `waterfall.figure(evidence, marks)` and `picture(evidence, marks)` take.
    """
    check = claim.check
    if check is None or evidence.id not in (*claim.evidence, check.evidence, check.than_evidence):
        return None
    frame = evidence.df
    found: dict[str, Any] = {}
    try:
        if check.kind == "before":
            found = _between(check, frame)
        elif evidence.id == check.evidence or (check.kind == "correlated" and evidence.id == check.than_evidence):
            found = _of_check(check, evidence, frame)
    except (AisreError, ValueError, TypeError, OverflowError):
        # A check that could not be run marks nothing.
        return None
    return Mark(claim.text, failed=claim.result == "failed", **found) if found else None


def _between(check: Check, frame: pd.DataFrame) -> dict[str, Any]:
    first, second = sorted((instant(check.at), instant(check.than)))
    times = _times(frame)
    rows = tuple(n for n, t in enumerate(times) if any(abs((t - at).total_seconds()) <= 1 for at in (first, second)))
    return {"start": first, "end": second, "rows": rows[:_MOST]}


def _of_check(check: Check, evidence: Evidence, frame: pd.DataFrame) -> dict[str, Any]:
    if check.kind in ("changed", "onset"):
        at = instant(check.at)
        times = _times(frame)
        return {
            "signals": (check.signal,),
            "start": at,
            "end": max(times) if times and check.kind == "changed" else at,
        }
    if check.kind == "correlated":
        return {"signals": (check.signal,)}
    if check.kind == "value" and check.column.removeprefix("facts.").startswith(_OF_FACTS) and not check.where:
        return _of_signal(check, evidence, frame)
    found: dict[str, Any] = {"start": instant(check.at), "end": instant(check.at)} if check.kind == "first_seen" else {}
    rows = _picked(check, evidence, frame)
    if evidence.kind == "metrics":
        named = {str(frame["signal"].iloc[n]) for n in rows} if "signal" in frame else set()
        found |= {"signals": tuple(sorted(named))} if len(named) == 1 else {}
        found |= {"level": float(check.expected)} if named and isinstance(check.expected, int | float) else {}
    elif "span_id" in frame:
        spans = [str(frame["span_id"].iloc[n]) for n in rows] or _origin(check, evidence, frame)
        found |= {"spans": tuple(spans[:_MOST])} if spans else {}
    if rows:
        found["rows"] = rows
    return found


def _of_signal(check: Check, evidence: Evidence, frame: pd.DataFrame) -> dict[str, Any]:
    """A fact such as ``signals.error_rate.after``: its signal, its level, and the time of which it tells."""
    # A signal's name may hold dots itself.
    name, _, part = check.column.removeprefix("facts.").removeprefix(_OF_FACTS).rpartition(".")
    found: dict[str, Any] = {"signals": (name,)}
    signal = (evidence.facts.get("signals") or {}).get(name)
    onset = signal.get("onset") if isinstance(signal, Mapping) else None
    times = _times(frame)
    if part == "onset" and isinstance(check.expected, str):
        found |= {"start": instant(check.expected), "end": instant(check.expected)}
    elif onset and times:
        before = part == "before"
        found |= {
            "start": min(times) if before else instant(str(onset)),
            "end": instant(str(onset)) if before else max(times),
        }
    if part in ("before", "after", "peak") and isinstance(check.expected, int | float):
        found["level"] = float(check.expected)
    return found


def _origin(check: Check, evidence: Evidence, frame: pd.DataFrame) -> list[str]:
    """The span where a trace begins to fail, if that is what the check is about."""
    origin = evidence.facts.get("origin")
    if not check.column.startswith("origin.") or not isinstance(origin, Mapping):
        return []
    return [s for s in map(str, frame["span_id"]) if s == str(origin.get("span_id"))]


def _picked(check: Check, evidence: Evidence, frame: pd.DataFrame) -> tuple[int, ...]:
    """The rows that ``where`` picks and, where a text is looked for, those that hold it."""
    if frame.empty or (not check.where and check.kind not in ("contains", "absent", "first_seen")):
        return ()
    from aisre_nb.report.rows import rows

    kept = rows(check, evidence)
    wanted = check.expected if check.kind in ("contains", "absent", "first_seen") else None
    if isinstance(wanted, str) and wanted.strip():
        cells = kept.astype(str)
        kept = kept[cells.apply(lambda column: column.str.contains(wanted, regex=False)).any(axis=1)]
    chosen = set(kept.index)
    return tuple(n for n, label in enumerate(frame.index) if label in chosen)[:_MOST]


def _times(frame: pd.DataFrame) -> list[datetime]:
    import pandas as pd

    if "time" not in frame:
        return []
    times = pd.to_datetime(frame["time"], utc=True, errors="coerce").dropna()
    return [t.to_pydatetime() for t in times]
