"""What a query brought then, against what the same query brings now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.evidence.brief import cell
from aisre_nb.evidence.digest import canonical
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.secrets import MASK
from aisre_nb.record.events import Event, Verified

if TYPE_CHECKING:
    import pandas as pd

Status = Literal[
    "same",  # it says what it said
    "drifted",  # it says something else
    "expired",  # the source answers, and has nothing of that window any more
    "failed",  # the source does not answer
    "not asked again",  # it was no question, or may not be asked
]

RELATIVE = 1e-3
"""Values this near to each other, as a share of the one then, are the same: backends round to three or four digits,
downsample what is old, and extrapolate rates to the ends of a step."""
ABSOLUTE = 1e-9
"""And values this near: what is left of a sum of floating-point numbers that is added up in another order."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "alerts": ("alert", "service", "fingerprint"),
    "services": ("service",),
    "metrics": ("time", "service", "signal"),
    "traces": ("trace_id", "span_id"),
    "trace": ("trace", "trace_id", "span_id"),
    "logs": ("pattern", "severity", "service"),
    "deployments": ("time", "kind", "service", "from", "to", "title"),
    "diff": ("file", "old_start", "new_start"),
    "file": ("line",),
}
"""What makes a row the same row; of other kinds all columns that hold no numbers."""
_EXAMPLES = ("example", "stack")
"""Of many records that are alike any one may be the example."""


@dataclass(frozen=True)
class Compared:
    """One evidence, asked again."""

    then: Evidence
    status: Status
    detail: str
    """One line."""
    seconds: float = 0.0
    now: pd.DataFrame | None = None
    gone: pd.DataFrame | None = None
    """Rows that were there then alone."""
    come: pd.DataFrame | None = None
    """Rows that are there now alone."""
    moved: pd.DataFrame | None = None
    """What is another value now: the row's keys, ``what``, ``then``, ``now``."""

    def row(self) -> dict[str, Any]:
        """As `Verified` keeps it."""
        told = {"evidence": self.then.id, "status": self.status, "detail": self.detail}
        return {**told, "seconds": round(self.seconds, 3)}


def rows_of(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What came of it when the queries were asked again the last time; empty where they never were."""
    latest: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, Verified):
            latest = event.rows
    return latest


def compare(then: Evidence, now: ToolResult, seconds: float = 0.0) -> Compared:
    """``now`` is redacted. When either was fetched does not count, nor how the rows are ordered.

    The last step of metrics is left out: it may not have been over when it was asked for.
    """
    import pandas as pd

    before, after = _whole(then.frame, then), _whole(now.frame, then)
    if len(before) and not len(after):
        return Compared(then, "expired", f"nothing is left of {_rows(len(before))}", seconds, after)
    facts = _numbers(then.facts, now.facts)
    if then.frame is None and now.frame is None:
        same = _plain(then.summary) == _plain(now.summary) and not len(facts)
        detail = "it says the same" if same else f"it says now: {_plain(now.summary)[:200]}"
        return Compared(then, "same" if same else "drifted", detail, seconds, moved=facts)
    keys = _keys(then, before, after)
    pairs = _keyed(before, keys).merge(_keyed(after, keys), on=[*keys, "nth"], how="outer", suffixes=("_then", "_now"))
    both = pairs.dropna(subset=["place_then", "place_now"])
    gone = before.iloc[pairs[pairs["place_now"].isna()]["place_then"].astype(int)]
    come = after.iloc[pairs[pairs["place_then"].isna()]["place_now"].astype(int)]
    values = _values(before, after, both, keys)
    moved = pd.concat([part for part in (values, facts) if len(part)] or [values], ignore_index=True)
    if not len(gone) and not len(come) and not len(moved):
        return Compared(then, "same", f"{_rows(len(before))} as they were", seconds, after)
    return Compared(then, "drifted", _said(before, gone, come, moved), seconds, after, gone, come, moved)


def _whole(frame: pd.DataFrame | None, then: Evidence) -> pd.DataFrame:
    import pandas as pd

    if frame is None:
        return pd.DataFrame()
    step = then.facts.get("step_seconds")
    if then.kind == "metrics" and then.window and isinstance(step, int | float) and "time" in frame:
        frame = frame[frame["time"] <= then.window.end - timedelta(seconds=float(step))]
    return frame.reset_index(drop=True)


def _keys(then: Evidence, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    there = [c for c in before.columns if c in after] if len(after.columns) else list(before.columns)
    known = [c for c in _KEYS.get(then.kind, ()) if c in there]
    return known or [c for c in there if before[c].dtype.kind not in "iuf"] or there


def _keyed(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The keys as texts, which of the rows alike it is, and its place in the frame."""
    import pandas as pd

    found = pd.DataFrame({key: _texts(frame[key]) if key in frame else [] for key in keys}, dtype="str")
    nth = found.groupby(list(keys), sort=False).cumcount() if keys else pd.Series(range(len(frame)), dtype="int64")
    return found.assign(nth=nth.astype("int64"), place=pd.Series(range(len(frame)), dtype="int64"))


def _texts(series: pd.Series[Any]) -> list[str]:
    if series.dtype.kind == "M":
        # In Parquet and back the unit may change; the instant does not.
        return [str(at) for at in series.dt.as_unit("ns")]
    if series.dtype.kind in "iuf":
        return [f"{float(value):.6g}" for value in series]
    # As they are, white space too: two names that differ in it are two names.
    return [_unnumbered(value if isinstance(value, str) else canonical(value)) for value in series]


def _values(before: pd.DataFrame, after: pd.DataFrame, both: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Where two rows of the same keys hold something else."""
    import pandas as pd

    left = before.iloc[both["place_then"].astype(int)].reset_index(drop=True)
    right = after.iloc[both["place_now"].astype(int)].reset_index(drop=True)
    found = []
    for column in before.columns:
        if column in keys or column not in after or column in _EXAMPLES:
            continue
        other = _differ(left[column], right[column])
        if other.any():
            told = {"then": [_shown(v) for v in left[column][other]], "now": [_shown(v) for v in right[column][other]]}
            found.append(left.loc[other, list(keys)].reset_index(drop=True).assign(what=str(column), **told))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*keys, "what", "then", "now"])


def _differ(left: pd.Series[Any], right: pd.Series[Any]) -> pd.Series[bool]:
    import numpy as np
    import pandas as pd

    if left.dtype.kind in "iufb" and right.dtype.kind in "iufb":
        a, b = left.to_numpy(dtype=float, na_value=np.nan), right.to_numpy(dtype=float, na_value=np.nan)
        return pd.Series(~np.isclose(b, a, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True), dtype=bool)
    return pd.Series([a != b for a, b in zip(_texts(left), _texts(right), strict=True)], dtype=bool)


def _numbers(then: Mapping[str, Any], now: Mapping[str, Any]) -> pd.DataFrame:
    """Counts over all that matched, of which the rows may be a part."""
    import math

    import pandas as pd

    found = [
        {"what": name, "then": _shown(then[name]), "now": _shown(now.get(name))}
        for name in then
        if _is_number(then[name])
        and not (_is_number(now.get(name)) and math.isclose(then[name], now[name], rel_tol=RELATIVE, abs_tol=ABSOLUTE))
    ]
    return pd.DataFrame(found, columns=["what", "then", "now"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said(before: pd.DataFrame, gone: pd.DataFrame, come: pd.DataFrame, moved: pd.DataFrame) -> str:
    parts = []
    if len(moved):
        one = moved.iloc[_worst(moved)].to_dict()
        keys = {k: v for k, v in one.items() if k not in ("what", "then", "now") and v == v and v is not None}
        where = " ".join(cell(v) for v in keys.values())
        values = "value differs" if len(moved) == 1 else "values differ"
        # Of a signal the column is always the value.
        named = where if one["what"] == "value" and "signal" in keys else f"{one['what']} of {where}"
        parts.append(f"{len(moved)} {values}, such as {named}: {one['then']} → {one['now']}"
                     if where else f"{one['what']}: {one['then']} → {one['now']}")  # fmt: skip
    if len(gone):
        parts.append(f"{len(gone)} of {_rows(len(before))} gone")
    if len(come):
        parts.append(f"{_rows(len(come))} new")
    return _plain("; ".join(parts))[:400]


def _worst(moved: pd.DataFrame) -> int:
    """The place of the number that moved the most; without numbers the first."""
    import pandas as pd

    then, now = (pd.to_numeric(moved[name], errors="coerce") for name in ("then", "now"))
    apart = (now - then).abs() / then.abs().where(then.abs() > ABSOLUTE, 1.0)
    return int(apart.to_numpy().argmax()) if apart.notna().all() else 0


def _shown(value: Any) -> str:
    return "nothing" if value is None or value != value else _plain(cell(value))[:120]


def _rows(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"


def _plain(text: str) -> str:
    """On one line."""
    return _unnumbered(" ".join(text.split()))


def _unnumbered(text: str) -> str:
    """Which number a masked secret has is decided anew by each session."""
    return MASK.sub(lambda found: found.group(0).rpartition(":")[0] + "]", text)
