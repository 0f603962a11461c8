"""Then and now, as a cell and a terminal show it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence, EvidenceKind
from aisre_nb.evidence.result import ToolResult
from aisre_nb.record.then_and_now import Compared, compare
from aisre_nb.render.then_and_now import bundles, counted, figure, plain

Foreign = Callable[[EvidenceKind], Evidence]


def _moved(then: Evidence, signal: str = "error_rate") -> Compared:
    frame = then.df
    frame.loc[(frame["signal"] == signal) & (frame["value"] > 0.02), "value"] *= 2
    return compare(then, ToolResult(then.kind, "t", "s", frame.iloc[3:], then.facts))


def test_both_courses_lie_over_each_other_with_their_difference_beneath(evidence: Foreign) -> None:
    found = figure(_moved(evidence("metrics")))
    assert found is not None and "image/svg+xml" in found and "text/html" not in found
    plot = found["application/vnd.plotly.v1+json"]
    courses = [(d["name"], d["yaxis"]) for d in plot["data"]]
    assert courses[:3] == [("then", "y"), ("now", "y"), ("difference", "y2")]
    then, now, apart = (d["y"] for d in plot["data"][:3])
    gaps = [n for n, value in enumerate(now) if value is None]
    assert all(apart[n] is None for n in gaps)
    known = [n for n in range(len(now)) if n not in gaps]
    assert all(abs(apart[n] - (now[n] - then[n])) < 1e-3 for n in known) and any(apart[n] for n in known)


def test_the_signal_that_moved_the_most_comes_first(evidence: Foreign) -> None:
    found = figure(_moved(evidence("metrics"), "latency_p95"))
    assert found is not None
    assert found["application/vnd.plotly.v1+json"]["layout"]["yaxis"]["title"]["text"] == "latency_p95"


def test_a_table_shows_what_moved_went_and_came(evidence: Foreign) -> None:
    then = evidence("services")
    frame = then.df
    frame.loc[0, "requests"] = 999
    drifted = compare(then, ToolResult("services", "t", "s", frame, then.facts))
    page = "".join(b.get("text/html", "") for b in bundles([drifted]))
    assert figure(drifted) is None
    assert drifted.status == "drifted" and "other values: 1" in page and "999" in page


@pytest.mark.parametrize("kind", ["alerts", "services", "metrics", "traces", "logs", "table"])
def test_nothing_foreign_becomes_html(kind: EvidenceKind, evidence: Foreign, hostile: str) -> None:
    then = evidence(kind)
    moved = compare(then, ToolResult(kind, "t", "s", then.df.iloc[:1].assign(**_other(then)), then.facts))
    assert moved.status == "drifted"
    for bundle in bundles([moved, replace(moved, status="failed", detail=hostile)]):
        page, plot = bundle.get("text/html", ""), str(bundle.get("application/vnd.plotly.v1+json", ""))
        assert not re.search(r"<(script|img)", page + plot + bundle.get("image/svg+xml", ""))


def _other(then: Evidence) -> dict[str, Any]:
    # A log pattern's example may be any of its records.
    column = "count" if then.kind == "logs" else str(then.df.columns[-1])
    return {column: ["other"] * 1} if not pd.api.types.is_numeric_dtype(then.df[column]) else {column: [7e9]}


def test_the_text_is_one_line_each_and_holds_no_escape(evidence: Foreign) -> None:
    then = evidence("alerts")
    one = Compared(replace(then, title="a\x1b[31m\nb"), "expired", "nothing\nleft")
    lines = plain([one, Compared(then, "same", "as it was")]).splitlines()
    assert len(lines) == 3 and lines[0] == "Then and now: 1 expired, 1 same"
    assert "\x1b" not in lines[1] and lines[1].endswith("nothing left")
    assert counted([]) == "nothing to ask again"
