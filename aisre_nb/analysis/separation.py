"""What separates bad requests from good ones: attributes with their lift and support, and pairs of places.

Each value of each attribute is a rule "has this value, so is bad"; support, confidence and lift are those of Agrawal,
Imieliński and Swami, "Mining association rules between sets of items in large databases" (SIGMOD 1993), and the search
over attributes is that of "Adtributor" (Bhagwan et al., NSDI 2014) without its summaries over several attributes. What
is told passed a two-proportion z-test at 1 %, corrected for how many values were tried (Bonferroni).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.01
_LEAST_BAD = 8
"""Bad requests with a value below which it is an anecdote."""
_LEAST_DIFFERENCE = 0.25
"""By how much the value's share among bad requests must exceed that among good ones."""
_RESULT = re.compile(r"status|error|exception|otel\.|duration|\.size$|trace|span|thread", re.IGNORECASE)
"""Attributes that tell how a request ended: true by definition of a bad one."""
_LEAST_GROWTH = 0.3
"""By how much a value's share of all requests must have grown to be told."""
_LEAST_CALLS = 20
_FAR = 4.0
"""Times the usual rise of all pairs that a pair of places must have risen."""


@dataclass(frozen=True)
class Separates:
    """One value of one attribute."""

    key: str
    value: str
    bad: int
    """Bad requests with it."""
    of_bad: float
    """Its share of the bad requests, 0 to 1: the support among them."""
    of_good: float
    of_before: float
    lift: float
    """How many times likelier a request with it is to be bad than any request."""


@dataclass(frozen=True)
class Grown:
    """A value that brought the growth of traffic."""

    key: str
    value: str
    after: float
    """Its share of all requests since the onset."""
    before: float
    requests: int


@dataclass(frozen=True)
class Pair:
    """Calls from one place to another."""

    caller: str
    callee: str
    before_ms: float
    after_ms: float
    calls: int


def separating(values: pd.DataFrame) -> list[Separates]:
    """The values that separate, the surest first.

    ``values``: key, value, bad, good, before (counts with that value), of_bad, of_good, of_before (with that key).
    An attribute that every request has with the same value says nothing, and neither do two that say the same: of
    values with the same counts the first is kept.
    """
    found: list[tuple[float, Separates]] = []
    named: Any = values.itertuples(index=False)
    rows = [row for row in named if not _RESULT.search(str(row.key))]
    tried = max(len(rows), 1)
    seen: set[tuple[int, int, int]] = set()
    for row in rows:
        bad, good = int(row.bad), int(row.good)
        if bad < _LEAST_BAD or not row.of_good or (bad, good, int(row.before)) in seen:
            continue
        of_bad, of_good = bad / row.of_bad, good / row.of_good
        if of_bad - of_good < _LEAST_DIFFERENCE or _chance(bad, row.of_bad, good, row.of_good) * tried > _LEVEL:
            continue
        seen.add((bad, good, int(row.before)))
        lift = (bad / (bad + good)) / (row.of_bad / (row.of_bad + row.of_good))
        before = row.before / row.of_before if row.of_before else 0.0
        found.append((of_bad - of_good, Separates(row.key, row.value, bad, of_bad, of_good, before, lift)))
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])]


def grown(values: pd.DataFrame) -> list[Grown]:
    """The values of which far more of all requests are than before, the most grown first."""
    found = []
    row: Any
    for row in values.itertuples(index=False):
        late, early = row.bad + row.good, row.before
        of_late, of_early = row.of_bad + row.of_good, row.of_before
        if _RESULT.search(str(row.key)) or late < _LEAST_CALLS or not of_early:
            continue
        after, before = late / of_late, early / of_early
        # A pod, node or version that is new is a rollout, and its share no traffic.
        if after - before >= _LEAST_GROWTH and not re.search(r"pod|node|host|zone|version|instance|container", row.key):
            found.append(Grown(row.key, row.value, after, before, int(late)))
    return sorted(found, key=lambda one: one.before - one.after)


def apart(places: pd.DataFrame) -> list[Pair]:
    """The pairs of places between which calls got far slower than between the others, the worst first.

    ``places``: caller, callee, late, calls, own_ms. Empty where all did, or none: then it is not the way between them.
    """
    since = places["late"].astype(bool)
    both = places[~since].merge(places[since], on=["caller", "callee"], suffixes=("_before", "_after"))
    both = both[(both["calls_before"] >= _LEAST_CALLS) & (both["calls_after"] >= _LEAST_CALLS)]
    if len(both) < 4:
        return []
    rise = (both["own_ms_after"] + 1) / (both["own_ms_before"] + 1)
    usual = max(float(rise.quantile(0.4)), 1.0)
    far = both[rise > _FAR * usual].assign(rise=rise)
    if far.empty or len(far) > len(both) / 2:
        return []
    rows: Any = far.sort_values("rise", ascending=False).itertuples()
    return [Pair(r.caller, r.callee, float(r.own_ms_before), float(r.own_ms_after), int(r.calls_after)) for r in rows]


def _chance(bad: float, of_bad: float, good: float, of_good: float) -> float:
    """One-sided p of the difference of two shares."""
    pooled = (bad + good) / (of_bad + of_good)
    error = math.sqrt(max(pooled * (1 - pooled) * (1 / of_bad + 1 / of_good), 1e-12))
    return 0.5 * math.erfc((bad / of_bad - good / of_good) / error / math.sqrt(2))
