"""Steps that are missing or new, and what is no deviation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from aisre_nb.analysis.traces.deviations import COLUMNS, deviations
from aisre_nb.analysis.traces.steps import steps
from aisre_nb.analysis.traces.visits import visits

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)


def _changed(frames: tuple[pd.DataFrame, pd.DataFrame], onset: datetime = ONSET) -> pd.DataFrame:
    spans, logs = frames
    return deviations(*steps(visits(spans), logs), onset)


def _units(rows: list[tuple[str, bool, list[str]]], bad: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """caller, since the onset, steps."""
    units = pd.DataFrame(
        [
            {
                "service": "cart", "operation": "GET", "after": "", "caller": caller,
                "start": ONSET + timedelta(seconds=1 if late else -1), "visit": n,
            }
            for n, (caller, late, _) in enumerate(rows)
        ]
    )  # fmt: skip
    taken = [
        {"unit": n, "step": step, "kind": "log", "bad": step in bad}
        for n, (*_, done) in enumerate(rows)
        for step in done
    ]
    return units, pd.DataFrame(taken)


def test_nothing_changed_is_an_empty_frame_of_the_same_columns(chain: Callable[..., Any]) -> None:
    assert _changed(chain()).empty
    assert list(_changed(chain()).columns) == COLUMNS


def test_a_service_that_ends_early_misses_its_calls_and_its_last_line(chain: Callable[..., Any]) -> None:
    found = _changed(chain(stop="middle"))
    assert set(found["service"]) == {"middle"}
    steps_ = set(found.loc[found["change"] == "missing", "step"])
    assert {"back: GET /back", "info middle.Work#20"} <= steps_
    first = found[found["kind"] == "call"].iloc[0]
    assert tuple(first[["had", "before", "has", "now"]]) == (60, 60, 0, 30)
    assert first["sure"] > 8 and first["part"] > 0.9


def test_errors_that_are_new_are_told_and_errors_that_stop_are_not(chain: Callable[..., Any]) -> None:
    spans, logs = chain(error="back")
    found = _changed((spans, logs))
    assert ("back", "new", "error back.Work#15") in set(found[["service", "change", "step"]].itertuples(index=False))
    # The same the other way round: trouble before, none since.
    mirrored = [ONSET - (frame - ONSET) for frame in (spans["start"], logs["time"])]
    assert _changed((spans.assign(start=mirrored[0]), logs.assign(time=mirrored[1]))).query("kind != 'order'").empty


def test_another_mix_of_callers_is_no_change() -> None:
    rows = [("web", False, ["a"])] * 90 + [("app", False, ["b"])] * 10
    rows += [("web", True, ["a"])] * 10 + [("app", True, ["b"])] * 90
    assert deviations(*_units(rows, set()), ONSET).empty


def test_what_comes_back_when_trouble_ends_is_no_deviation() -> None:
    rows = [("web", False, ["begin", "fails"])] * 30 + [("web", False, ["begin", "end"])] * 2
    rows += [("web", True, ["begin", "end"])] * 40
    assert deviations(*_units(rows, {"fails"}), ONSET).empty


def test_a_page_that_goes_with_errors_is_no_step_to_be_missed() -> None:
    rows = (
        [("web", False, ["fails", "error page"])] * 10 + [("web", False, ["end"])] * 20 + [("web", True, ["end"])] * 40
    )
    assert "error page" not in set(deviations(*_units(rows, {"fails"}), ONSET)["step"])


def test_a_branch_that_the_data_decide_weighs_less_than_a_step_that_all_take() -> None:
    rows = [("web", False, ["always", "sometimes"])] * 20 + [("web", False, ["always"])] * 80
    rows += [("web", True, [])] * 100
    found = deviations(*_units([(c, late, [*s, "begin"]) for c, late, s in rows], set()), ONSET).set_index("step")
    assert found.loc["always", "strength"] > 3 * found.loc["sometimes", "strength"]


def test_a_service_that_stops_short_misses_the_line_that_follows_though_it_was_seldom_reached() -> None:
    rows = [("web", False, ["begin"])] * 40 + [("web", False, ["begin", "middle", "end"])] * 8
    rows += [("web", True, ["begin", "middle"])] * 8 + [("web", True, ["begin"])] * 32
    units, taken = _units(rows, set())
    assert deviations(units, taken, ONSET)["strength"].max() < 2
    followed = units.assign(after="middle")[[("middle" in done) for *_, done in rows]]
    after = taken[taken["step"] == "end"]
    found = deviations(followed, after, ONSET).iloc[0]
    assert (found["after"], found["step"], found["change"]) == ("middle", "end", "missing") and found["strength"] > 3


def test_with_one_side_empty_nothing_can_be_said(chain: Callable[..., Any]) -> None:
    assert _changed(chain(0, 30)).empty and _changed(chain(30, 0)).empty
