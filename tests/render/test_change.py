"""A change before it is decided on."""

from __future__ import annotations

from typing import Any

from aisre_nb.evidence.change import ChangeView
from aisre_nb.record.events import Decided
from aisre_nb.render import change
from aisre_nb.render.step import StepView, bundles

ROWS = (("replicas of <b>web</b>", "2", "5"), ("revision", "7", "6"))


def test_an_action_shows_what_it_changes_from_and_to() -> None:
    view = ChangeView("Scale web", "", "deployment web", rows=ROWS)
    drawn = change.html_of(view)
    assert "<b>web" not in drawn and "<td>7</td><td>6</td>" in drawn
    assert change.text(view).splitlines()[-1] == "revision: 7 → 6"


def test_a_refused_action_is_drawn_out_of_the_record_with_its_rows(evidence: Any) -> None:
    view: dict[str, Any] = {"title": "Scale web", "body": "", "scope": "s", "rows": [list(row) for row in ROWS]}
    decided = Decided(n=3, call_id="c", tool="scale", verdict="reject", channel="panel", who="ada", view=view)
    step = StepView(3, "scale", {}, "change", 0.1, None, "no", decision=decided)
    assert "<td>7</td><td>6</td>" in bundles(step)[0]["text/html"]
