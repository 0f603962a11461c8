"""Which instants stand in evidence: in its facts, its window, and its frame's times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import texts
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd

_EVERY = 60
"""A series of more instants than these has one everywhere: that a time stands in it says nothing."""
_DAY = timedelta(days=1)


def nearest(at: datetime, evidence: Iterable[Evidence]) -> datetime | None:
    """The instant in the evidence that is nearest to ``at``; None where there is none at all."""
    found = [time for one in evidence for time in (*_of_facts(one), *_of_frame(at, one))]
    return min(found, key=lambda time: abs(time - at), default=None)


def at_clock(hour: int, minute: int, second: int | None, evidence: Iterable[Evidence], within: timedelta) -> bool:
    """Whether some instant of the evidence has this time of day, on whichever day."""
    wanted = timedelta(hours=hour, minutes=minute, seconds=second or 0)
    return any(_clocks(one, wanted) <= within for one in evidence)


def column_instants(column: pd.Series[Any]) -> list[datetime]:
    """Its distinct instants; empty where it holds none."""
    import pandas as pd

    if column.dtype.kind == "M":
        times = pd.to_datetime(column.dropna(), utc=True).drop_duplicates()
        return [time.floor("us").to_pydatetime().astimezone(UTC) for time in times]
    if column.dtype.kind in "iufcbm" or column.empty or not isinstance(column.iloc[0], str):
        return []
    if _parsed(column.iloc[0]) is None:
        return []
    return [time for time in map(_parsed, dict.fromkeys(c for c in column if isinstance(c, str))) if time is not None]


def _clocks(evidence: Evidence, wanted: timedelta) -> timedelta:
    """How far the nearest instant of the evidence is from this time of day."""
    found = [*_of_facts(evidence), *_of_window(evidence), *(t for part in _columns(evidence) for t in part)]
    return min((_apart(time, wanted) for time in found), default=_DAY)


def _apart(time: datetime, wanted: timedelta) -> timedelta:
    of_day = timedelta(hours=time.hour, minutes=time.minute, seconds=time.second)
    apart = abs(of_day - wanted)
    return min(apart, _DAY - apart)


def _of_facts(evidence: Evidence) -> Iterator[datetime]:
    for text in texts(evidence.facts):
        time = _parsed(text)
        if time is not None:
            yield time


def _of_window(evidence: Evidence) -> Iterator[datetime]:
    if evidence.window is not None:
        yield from (evidence.window.start, evidence.window.end)


def _of_frame(at: datetime, evidence: Evidence) -> Iterator[datetime]:
    """Of each column of times the nearest one."""
    for times in _columns(evidence):
        yield min(times, key=lambda time: abs(time - at))


def _columns(evidence: Evidence) -> Iterator[list[datetime]]:
    """The instants of each column of times; of a series only its peaks and lows."""
    frame = evidence.frame
    if frame is None:
        return
    frame = frame.loc[:, ~frame.columns.duplicated()]
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        times = column_instants(column)
        if len(times) > _EVERY and evidence.kind in ("metrics", "table"):
            times = _turning(frame, column)
        if times:
            yield times


def _turning(frame: pd.DataFrame, times: pd.Series[Any]) -> list[datetime]:
    """When each series of the frame began, ended, was highest and lowest."""
    places = {0, len(frame) - 1}
    names = [name for name in ("service", "signal") if name in frame]
    plain = frame.reset_index(drop=True)
    groups = [r for _, r in plain.groupby([plain[name].astype(str) for name in names])] if names else [plain]
    for rows in groups:
        for place in range(rows.shape[1]):
            cells = rows.iloc[:, place]
            if cells.dtype.kind in "iuf" and cells.notna().any():
                own = rows.index.to_numpy()
                values = cells.to_numpy(dtype=float)
                best = (int(values[values == values].argmax()), int(values[values == values].argmin()))
                kept = own[values == values]
                places |= {int(kept[best[0]]), int(kept[best[1]]), int(own[0]), int(own[-1])}
    return column_instants(times.iloc[sorted(places)])


def _parsed(text: Any) -> datetime | None:
    """RFC 3339 and nothing else: a bare date names no instant."""
    if not isinstance(text, str) or not 16 <= len(text) <= 40 or not text[:4].isdigit() or text[4] != "-":
        return None
    try:
        return instant(text)
    except (UsageError, ValueError, OverflowError):
        return None
