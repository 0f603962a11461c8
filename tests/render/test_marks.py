"""What a claim says of an evidence is marked on its picture; without marks the picture is as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import marks, series, waterfall
from aisre_nb.render.picture import picture
from aisre_nb.report.report import CheckedClaim

ONSET = datetime(2026, 3, 1, 10, 31, tzinfo=UTC)


def claim(evidence: str = "E7", result: str = "passed", **check: Any) -> CheckedClaim:
    return CheckedClaim.model_validate(
        {"text": "It rose.", "evidence": [evidence], "check": {"evidence": evidence, **check}, "result": result}
    )


def shapes(bundle: dict[str, Any] | None) -> list[dict[str, Any]]:
    assert bundle is not None
    drawn = bundle["application/vnd.plotly.v1+json"]["layout"].get("shapes", [])
    return [shape for shape in drawn if shape.get("name") == "claim-0"]


def test_a_change_is_marked_from_its_instant_to_the_end(evidence: Callable[..., Evidence]) -> None:
    metrics = evidence("metrics", "cart")
    mark = marks.of(claim(kind="changed", signal="error_rate", at="2026-03-01T10:31:00Z"), metrics)
    assert mark is not None
    assert (mark.start, mark.end) == (ONSET, datetime(2026, 3, 1, 10, 59, tzinfo=UTC))
    bundle = series.figure(metrics, [mark])
    assert [(s["type"], s["x0"], s["x1"]) for s in shapes(bundle)] == [
        ("rect", "2026-03-01T10:31:00Z", "2026-03-01T10:59:00Z")
    ]
    assert bundle is not None
    widths = {d["name"]: d["line"]["width"] for d in bundle["application/vnd.plotly.v1+json"]["data"]}
    assert widths == {"rate": 1.5, "5XX": 3, "p95": 1.5}


def test_a_level_is_marked_in_the_panel_of_its_signal(evidence: Callable[..., Evidence]) -> None:
    facts = {"signals": {"error_rate": {"after": 4.5, "onset": "2026-03-01T10:31:00Z"}}}
    metrics = evidence("metrics", "cart", **facts)
    mark = marks.of(claim(kind="value", column="signals.error_rate.after", expected=4.5), metrics)
    assert mark is not None and mark.level == 4.5 and mark.start == ONSET
    levels = [s for s in shapes(series.figure(metrics, [mark])) if s["y0"] == s["y1"]]
    assert [(s["yref"], s["y0"]) for s in levels] == [("y2", 4.5)]


def test_a_signal_that_is_not_drawn_else_gets_a_panel_when_it_is_claimed(evidence: Callable[..., Evidence]) -> None:
    frame = evidence("metrics", "cart").df
    more = frame[frame["signal"] == "error_rate"].assign(signal="pool.used")
    import pandas as pd

    metrics = evidence("metrics", "cart", pd.concat([frame, more]))
    mark = marks.of(claim(kind="onset", signal="pool.used", at="2026-03-01T10:31:00Z"), metrics)
    assert mark is not None
    bundle = series.figure(metrics, [mark])
    assert bundle is not None
    assert "pool.used" in {d["name"] for d in bundle["application/vnd.plotly.v1+json"]["data"]}
    plain = series.figure(metrics)
    assert plain is not None
    assert "pool.used" not in {d["name"] for d in plain["application/vnd.plotly.v1+json"]["data"]}


def test_the_span_where_a_trace_begins_to_fail_is_framed(evidence: Callable[..., Evidence]) -> None:
    trace = evidence("trace", "cart", origin={"service": "cart", "span_id": "failing2"})
    mark = marks.of(claim(kind="value", column="origin.service", expected="cart"), trace)
    assert mark is not None and mark.spans == ("failing2",)
    assert [(s["xref"], round(s["y0"], 2)) for s in shapes(waterfall.figure(trace, [mark]))] == [("x", 1.54)]


def test_both_instants_of_an_order_are_marked_on_each_cited_evidence(evidence: Callable[..., Evidence]) -> None:
    metrics, changes = evidence("metrics", "cart"), evidence("deployments", "cart")
    order = claim(kind="before", at="2026-03-01T10:00:00Z", than="2026-03-01T10:31:00Z", result="failed")
    for one in (metrics, changes):
        mark = marks.of(order, one)
        assert mark is not None and mark.end == ONSET and mark.colour == marks.FAILED
        assert 0 in mark.rows


def test_rows_that_hold_the_text_are_marked(evidence: Callable[..., Evidence]) -> None:
    logs = evidence("logs", "boom")
    assert getattr(marks.of(claim(kind="contains", expected="boom"), logs), "rows", None) == (0,)
    assert marks.of(claim(kind="contains", expected="other"), logs) is None


def test_what_has_no_place_marks_nothing(evidence: Callable[..., Evidence]) -> None:
    metrics = evidence("metrics", "cart")
    assert marks.of(CheckedClaim(text="words", evidence=["E7"]), metrics) is None
    assert marks.of(claim("E9", kind="onset", signal="error_rate", at="2026-03-01T10:31:00Z"), metrics) is None
    assert marks.of(claim(kind="onset", signal="error_rate", at="soon"), metrics) is None
    assert marks.of(claim(kind="value", column="signals.nothing.after", where={"no": "column"}), metrics) is None


def test_pictures_are_xml_with_and_without_marks(evidence: Callable[..., Evidence]) -> None:
    for kind in ("metrics", "trace"):
        one = evidence(kind)
        mark = marks.Mark("<b>", ONSET, ONSET, 1.0, ("error_rate",), ("failing1",))
        drawn = [picture(one), picture(one, [mark])]
        assert all(drawn) and drawn[0] != drawn[1]
        for text in drawn:
            ElementTree.fromstring(text or "")
    assert picture(evidence("logs")) is None
