"""Which instants stand in evidence: in its facts, and in its frame's times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import texts
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd


def nearest(at: datetime, evidence: Iterable[Evidence]) -> datetime | None:
    """The instant in the evidence that is nearest to ``at``; None where there is none at all."""
    found = [time for one in evidence for time in (*_of_facts(one), *_of_frame(at, one))]
    return min(found, key=lambda time: abs(time - at), default=None)


def _of_facts(evidence: Evidence) -> Iterator[datetime]:
    for text in texts(evidence.facts):
        time = _parsed(text)
        if time is not None:
            yield time


def _of_frame(at: datetime, evidence: Evidence) -> Iterator[datetime]:
    """Of each column of times the nearest one."""
    frame = evidence.frame
    if frame is None:
        return
    for place in range(frame.shape[1]):
        time = _of_column(at, frame.iloc[:, place])
        if time is not None:
            yield time


def _of_column(at: datetime, column: pd.Series[Any]) -> datetime | None:
    import pandas as pd

    if column.dtype.kind == "M":
        times = pd.to_datetime(column.dropna(), utc=True)
        if times.empty:
            return None
        place = int((times - pd.Timestamp(at)).abs().to_numpy().argmin())
        return times.iloc[place].floor("us").to_pydatetime().astimezone(UTC)
    if column.dtype.kind in "iufcbm" or column.empty or not isinstance(column.iloc[0], str):
        return None
    if _parsed(column.iloc[0]) is None:
        return None
    found = [time for time in map(_parsed, column.dropna().unique()) if time is not None]
    return min(found, key=lambda time: abs(time - at), default=None)


def _parsed(text: Any) -> datetime | None:
    """RFC 3339 and nothing else: a bare date names no instant."""
    if not isinstance(text, str) or not 16 <= len(text) <= 40 or not text[:4].isdigit() or text[4] != "-":
        return None
    try:
        return instant(text)
    except (UsageError, ValueError, OverflowError):
        return None
