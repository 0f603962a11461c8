"""What failing log records have that healthy ones do not: a value of an attribute, or of a pattern's variable part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.logs.significance import adjusted, fisher
from aisre_nb.analysis.logs.variables import columns

if TYPE_CHECKING:
    import pandas as pd

LEAST = 5
"""Failing and healthy records that it takes, and failing ones that share a value."""
SURE = 0.01
"""The share of false discoveries among the values that are named."""
_LIFT = 1.5
_MOST_PATTERNS = 50
_MOST_LINES = 5000
_LONGEST = 200
_BAD = ("error", "fatal")
_TELL_THE_OUTCOME = ("exception", "error", "severity", "level", "stack", "log.")
_COLUMNS = ["field", "value", "failing", "healthy", "support", "lift", "p_value"]


def failing(records: pd.DataFrame) -> pd.Series:
    """Whether a record belongs to what failed: its trace has an error, or, without a trace, it is one itself.

    ``records``: severity and, if there are any, trace_id. Bool, with the index of ``records``.
    """
    bad = records["severity"].astype(str).str.lower().isin(_BAD)
    if "trace_id" not in records:
        return bad
    trace = records["trace_id"].fillna("").astype(str)
    return bad | (trace.isin(set(trace[bad])) & (trace != ""))


def separating(records: pd.DataFrame, fails: pd.Series, patterns: pd.Series | None = None) -> pd.DataFrame:
    """One row a value that is over-represented among the failing records, the surest first.

    ``records``: body, attributes (dict) and any columns of words such as service or pod; ``fails``: bool; ``patterns``:
    each record's pattern, for its variable parts. Columns: field (an attribute's name, or ``"PATTERN #2"`` for the
    second variable part), value, failing and healthy (records with it), support (share of the failing records, of those
    of the pattern for a variable part), lift (that share over the share among all), p_value (Fisher's exact test,
    one-sided, adjusted for all values that were tried: Benjamini and Hochberg, JRSS B 1995). Fields that tell the
    outcome itself (exception, severity), and those of which nearly each record has its own value, are left out. Empty
    where fewer than five records fail or are healthy.
    """
    import pandas as pd

    fails = fails.reset_index(drop=True).astype(bool)
    rows: list[tuple[str, str, int, int, int, int]] = []
    if fails.sum() >= LEAST and (~fails).sum() >= LEAST:
        for field, values, among in _fields(records.reset_index(drop=True), patterns):
            rows += _counted(field, values, fails[among] if among is not None else fails)
    if not rows:
        return pd.DataFrame(columns=_COLUMNS)
    frame = pd.DataFrame(rows, columns=["field", "value", "failing", "healthy", "all_failing", "all"])
    having, all_failing, size = frame["failing"] + frame["healthy"], frame["all_failing"], frame["all"]
    exact = fisher(*(column.to_numpy() for column in (frame["failing"], all_failing, having, size)))
    frame["p_value"] = adjusted(exact)
    frame["support"] = frame["failing"] / all_failing
    frame["lift"] = frame["support"] / (having / size)
    kept = frame[(frame["p_value"] < SURE) & (frame["lift"] >= _LIFT) & (frame["failing"] >= LEAST)]
    order = kept.sort_values(
        ["p_value", "support", "lift", "field", "value"], ascending=[True, False, False, True, True]
    )
    return order[_COLUMNS].reset_index(drop=True)


def _fields(records: pd.DataFrame, patterns: pd.Series | None) -> Iterator[tuple[str, pd.Series, pd.Index | None]]:
    """Each field's name, its values (None where it is absent) and which records they are of; None: all."""
    import pandas as pd

    rows = [_words(row) for row in records["attributes"]] if "attributes" in records else []
    for name in dict.fromkeys(name for row in rows for name in row):
        yield name, pd.Series([row.get(name) for row in rows], dtype=object), None
    for name in records.columns.difference(
        ["body", "attributes", "time", "trace_id", "span_id", "severity"], sort=False
    ):
        yield str(name), records[name].map(lambda value: _word(value)), None
    if patterns is None or "body" not in records:
        return
    of = patterns.reset_index(drop=True)
    for pattern, count in of.value_counts().head(_MOST_PATTERNS).items():
        if count < 2 * LEAST:
            break
        lines = records.index[of == pattern][:_MOST_LINES]
        bodies = records.loc[lines, "body"].astype(str).tolist()
        for n, values in enumerate(columns(bodies, str(pattern)), start=1):
            yield f"{pattern} #{n}", pd.Series(values, index=lines, dtype=object), lines


def _counted(field: str, values: pd.Series, fails: pd.Series) -> list[tuple[str, str, int, int, int, int]]:
    """For each value how many records with it fail and do not, how many fail at all, and how many there are."""
    if field.lower().startswith(_TELL_THE_OUTCOME):
        return []
    present = values.notna()
    counts = values[present].value_counts()
    alone = len(counts) > 1 and len(counts) > present.sum() / 2
    everywhere = len(counts) < 2 and bool(present.all())
    if counts.empty or alone or everywhere:
        return []
    bad = values[present & fails].value_counts()
    fine = values[present & ~fails].value_counts()
    everything = (int(fails.sum()), len(fails))
    return [(field, str(value), int(n), int(fine.get(value, 0)), *everything) for value, n in bad.items()]


def _words(row: Any) -> dict[str, str]:
    if not isinstance(row, Mapping):
        return {}
    found = {str(name): _word(value) for name, value in row.items()}
    return {name: word for name, word in found.items() if word is not None}


def _word(value: Any) -> str | None:
    """A plain value as text; None for what is none, or is nested."""
    if value is None or value != value or not isinstance(value, str | int | float | bool):
        return None
    return str(value)[:_LONGEST] or None
