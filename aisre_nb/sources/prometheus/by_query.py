"""PromQL as somebody wrote it: checked before it is sent, and bounded in what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.api import Asking, Course, seconds
from aisre_nb.sources.prometheus.asked import Asked
from aisre_nb.sources.prometheus.catalog import OWN_LABELS
from aisre_nb.sources.prometheus.frames import Points, long, signal
from aisre_nb.sources.prometheus.grid import Grid
from aisre_nb.sources.prometheus.history import rules_in, texts
from aisre_nb.sources.prometheus.selector import label_name, selector

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 4000
_SERIES = 50
"""Series of a query over time that are kept, those with the most points."""
_ROWS = 500
_EXEMPLARS = 200
_EXAMPLES = 5
_LABELS = 30
_PAIRS = {")": "(", "]": "[", "}": "{"}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`', re.DOTALL)


async def check(asking: Asking, query: str) -> str:
    """See `PromqlSource.check`: the server reads it where it can, else a bounded look says what is plainly wrong."""
    query = query.strip()
    if not query or len(query) > _LONGEST:
        raise ToolError(f"a query has 1 to {_LONGEST} characters, this one {len(query)}", "write a shorter one")
    _balanced(query)
    try:
        told = await asking.data("/api/v1/format_query", [("query", query)], query)
    except Refused as error:
        if error.status not in (404, 405, 501):
            raise
        return query
    except ToolError as error:
        # Not everybody who speaks the API can format; only what is said of the query itself counts.
        if "parse error" in error.message or "unknown" in error.message or "expected" in error.message:
            raise ToolError(error.message, "correct the query; find_metrics has names and labels") from None
        return query
    return told if isinstance(told, str) else query


def _balanced(query: str) -> None:
    bare = _QUOTED.sub('""', query)
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", query):
        raise ToolError("the query holds control characters", "write it as plain text")
    opened: list[str] = []
    for sign in bare:
        if sign in "([{":
            opened.append(sign)
        elif sign in _PAIRS and (not opened or opened.pop() != _PAIRS[sign]):
            raise ToolError(f"the query closes a {sign!r} that it did not open", "correct it")
    if opened:
        raise ToolError(f"the query does not close its {opened[-1]!r}", "correct it")
    if bare.replace('""', "").count('"'):
        raise ToolError("the query does not close a quoted text", "correct it")


async def over_time(asked: Asked, query: str, step: int) -> pd.DataFrame:
    """See `PromqlSource.query`. Times are where the query was evaluated."""
    grid = Grid.over(asked.window, step, 0.0)
    courses = await asked.asking.range(query, grid.first, grid.last + grid.step, grid.step, limit=_ROWS)
    if not courses:
        raise SignalMissing("the query finds nothing in that window", "look at find_metrics for names and labels")
    kept = sorted(courses, key=lambda course: -len(course.values))[:_SERIES]
    if len(kept) < len(courses):
        asked.asking.notes.append(
            f"{len(courses)} series: the {_SERIES} with most points are here; aggregate with sum by"
        )
    frame = long([_part(asked, course) for course in kept])
    frame.attrs.update(step_seconds=grid.step, total=sum(len(course.values) for course in courses))
    return frame


def _part(asked: Asked, course: Course) -> tuple[str, str, Points, str]:
    labels = dict(course.labels)
    name = labels.pop("__name__", "")
    service = asked.catalog.name_of(labels.pop(asked.catalog.service, ""))
    points = {int(at): value for at, value in zip(course.times, course.values, strict=True) if value == value}
    return service, signal(name, labels) or "value", points, ""


async def at_once(asking: Asking, query: str, at: datetime) -> pd.DataFrame:
    """See `PromqlSource.query_at`."""
    import pandas as pd

    courses = await asking.instant(query, at, limit=_ROWS)
    if not courses:
        raise SignalMissing("the query finds nothing at that time", "look at find_metrics for names and labels")
    rows = []
    for course in courses:
        labels = dict(course.labels)
        name = labels.pop("__name__", "")
        rows.append({"signal": signal(name, labels) or "value", "value": course.values[-1], **labels})
    frame = pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True, na_position="last")
    if len(frame) > _ROWS:
        asking.notes.append(f"{len(frame)} series: the {_ROWS} largest are here; aggregate with sum by or topk")
    found = frame.head(_ROWS).reset_index(drop=True)
    found.attrs["total"] = len(frame)
    return found


async def exemplars(asked: Asked, query: str) -> pd.DataFrame:
    """See `PromqlSource.exemplars`. Raises `SignalMissing` where none are kept."""
    import pandas as pd

    asked.asking.queries.append(query)
    start, end = (f"{at.timestamp():.3f}" for at in (asked.window.start, asked.window.end))
    told = await asked.asking.data("/api/v1/query_exemplars", [("query", query), ("start", start), ("end", end)], query)
    rows = list(_exemplars(asked, told))
    if not rows:
        raise SignalMissing("no exemplar is kept of that", "traces tell single requests: get_traces")
    frame = pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)
    frame["time"] = pd.to_datetime(frame["time"], unit="s", utc=True).dt.as_unit("ns")
    found = frame.head(_EXEMPLARS).reset_index(drop=True)
    found.attrs["total"] = len(frame)
    return found


def _exemplars(asked: Asked, told: Any) -> Iterator[dict[str, Any]]:
    try:
        for series in told or []:
            labels = {str(k): str(v) for k, v in series["seriesLabels"].items()}
            name = labels.pop("__name__", "")
            service = asked.catalog.name_of(labels.get(asked.catalog.service, ""))
            for one in series["exemplars"]:
                own = {str(k): str(v) for k, v in one["labels"].items()}
                trace = next((own[key] for key in ("trace_id", "traceID", "traceId") if own.get(key)), "")
                yield {
                    "time": seconds(one["timestamp"]), "service": service, "signal": signal(name, labels),
                    "value": float(one["value"]), "trace_id": trace, "labels": own,
                }  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise asked.asking.odd() from None


async def rules(asking: Asking) -> pd.DataFrame:
    """See `PromqlSource.rules`."""
    import pandas as pd

    rows = [_rule(rule) for rule in rules_in(await asking.data("/api/v1/rules"))]
    if not rows:
        raise SignalMissing("it has no rules")
    return pd.DataFrame(rows).sort_values(["kind", "name"], ignore_index=True)


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    labels = texts(rule.get("labels"))
    seconds = rule.get("duration")
    return {
        "name": str(rule.get("name", "")),
        "kind": str(rule.get("type", "")),
        "query": str(rule.get("query", "")),
        "state": str(rule.get("state", "")),
        "for_seconds": float(seconds) if isinstance(seconds, int | float) else float("nan"),
        "severity": labels.get("severity", ""),
        "health": str(rule.get("health", "")),
        "error": str(rule.get("lastError", ""))[:300],
        "group": str(rule.get("group", "")),
        "labels": labels,
        "annotations": texts(rule.get("annotations")),
    }


async def labels(asked: Asked, metric: str) -> pd.DataFrame:
    """See `PromqlSource.labels`."""
    import pandas as pd

    name = asked.catalog.resolved(metric)
    name = f"{name}_bucket" if asked.catalog.type_of(name) == "histogram" else name
    match = selector(name)
    found = [one for one in await asked.asking.listed("/api/v1/labels", [match], asked.window) if one != "__name__"]
    if not found:
        raise SignalMissing(f"there is no metric {metric!r} in that window", "look at find_metrics for names")
    # What a series measures before where it comes from.
    kept = sorted(found, key=lambda label: (label in OWN_LABELS, label))[:_LABELS]
    paths = [f"/api/v1/label/{label}/values" for label in kept if label_name(label) == label]
    values = await gathered(asked.asking.listed(path, [match], asked.window) for path in paths)
    asked.asking.queries.append(match)
    rows = [
        (path.split("/")[4], len(each), ", ".join(each[:_EXAMPLES]) + (" …" if len(each) > _EXAMPLES else ""))
        for path, each in zip(paths, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["label", "values", "examples"])
