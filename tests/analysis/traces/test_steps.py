"""What visits did, and in which order they said it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from aisre_nb.analysis.traces.steps import STEPS, UNITS, steps
from aisre_nb.analysis.traces.visits import visits


def test_steps_are_calls_lines_and_which_line_follows_which(chain: Callable[..., Any]) -> None:
    spans, logs = chain(1, 0)
    units, taken = steps(visits(spans), logs)
    told = taken.join(units[["service", "after"]], on="unit")
    front = told[told["service"] == "front"]
    assert set(front.loc[front["kind"] == "call", "step"]) == {"middle: GET /middle", "side: GET /side"}
    assert list(front.loc[front["kind"] == "log", "step"]) == ["info front.Work#10", "info front.Work#20"]
    order = dict(front.loc[front["kind"] == "order", ["after", "step"]].itertuples(index=False))
    assert order == {"info front.Work#10": "info front.Work#20", "info front.Work#20": "nothing more"}
    assert list(units.columns) == UNITS and list(taken.columns) == STEPS


def test_a_line_that_knows_its_trace_alone_goes_to_its_service_there_and_one_of_no_trace_to_nobody(
    chain: Callable[..., Any],
) -> None:
    spans, logs = chain(1, 0)
    back = logs[logs["service"] == "back"].assign(span_id="")
    strange = back.assign(trace_id="another", body="lost.Line#1")
    units, taken = steps(visits(spans), pd.concat([back, strange]))
    lines = taken[taken["kind"] == "log"].join(units["service"], on="unit")
    assert set(lines["service"]) == {"back"} and not lines["step"].str.contains("lost").any()


def test_errors_and_warnings_are_bad_and_failed_spans_are_steps(chain: Callable[..., Any]) -> None:
    spans, logs = chain(1, 1, error="side")
    spans.loc[spans["service"] == "back", "failed"] = True
    _, taken = steps(visits(spans), logs)
    assert set(taken.loc[taken["bad"] & (taken["kind"] == "log"), "step"]) == {"error side.Work#15"}
    assert set(taken.loc[taken["kind"] == "error", "step"]) == {"GET /back"}


def test_a_line_of_trouble_that_names_another_service_is_about_that_one(chain: Callable[..., Any]) -> None:
    spans, logs = chain(1, 1, error="middle")
    told = logs.assign(
        body=logs["body"].where(logs["severity"] != "error", "middle.Work#15 no route to back, see back")
    )
    _, taken = steps(visits(spans), told)
    line = taken[(taken["kind"] == "log") & taken["bad"]].iloc[0]
    assert (line["step"], line["about"]) == ("error middle.Work#15 about back", "back")
    assert set(taken.loc[~taken["bad"], "about"]) == {""}


def test_without_lines_there_are_the_spans(chain: Callable[..., Any]) -> None:
    spans, logs = chain(2, 0)
    for none in (None, logs.head(0)):
        units, taken = steps(visits(spans), none)
        assert set(taken["kind"]) == {"operation", "call"} and len(units) == 8
