"""Every kind of step: safe, readable without colour and script, and always as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from aisre_nb.evidence.evidence import EvidenceKind
from aisre_nb.record.events import Decided
from aisre_nb.render.step import StepView, bundles

KINDS = get_args(EvidenceKind)


def _step(evidence: Any, **more: Any) -> StepView:
    return StepView(3, "look", {"what": evidence.summary if evidence else ""}, "read", 0.2, evidence, **more)


def _live(html: str) -> list[str]:
    """Every tag that is not one of ours, and every attribute that could run or fetch something."""
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html))
    ours = {
        "style",
        "div",
        "span",
        "b",
        "code",
        "pre",
        "details",
        "summary",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "h3",
        "h4",
        "ul",
        "li",
        "br",
        "del",
    }
    attributes = re.findall(r"<[^>]*?\s(on\w+|src|srcset|formaction)\s*=", html)
    links = [link for link in re.findall(r'href="([^"]*)"', html) if not link.startswith("#aisre-")]
    return sorted(tags - ours) + attributes + links


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_foreign_is_live_in_any_kind(kind: EvidenceKind, evidence: Callable[..., Any], hostile: str) -> None:
    for bundle in bundles(_step(evidence(kind))):
        assert _live(bundle.get("text/html", "")) == []
        assert "<script" not in bundle.get("image/svg+xml", "") and "<img" not in bundle.get("image/svg+xml", "")
        assert "text/markdown" not in bundle
        figure = json.dumps(bundle.get("application/vnd.plotly.v1+json", {}))
        assert "<script" not in figure and "<img" not in figure


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_plain_json_with_text_and_the_same_each_time(
    kind: EvidenceKind, evidence: Callable[..., Any]
) -> None:
    first, again = bundles(_step(evidence(kind))), bundles(_step(evidence(kind)))
    assert json.dumps(first) == json.dumps(again)
    assert all(bundle["text/plain"].strip() for bundle in first)
    assert 1 <= len(first) <= 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_says_number_evidence_and_what_it_said(kind: EvidenceKind, evidence: Callable[..., Any]) -> None:
    html = bundles(_step(evidence(kind, "it broke")))[0]["text/html"]
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html)
    assert "3." in words and "E7" in words and "it broke" in words and "look(" in words
    assert 'id="aisre-E7"' in html


def test_a_figure_carries_no_html_and_a_picture_for_pages_without_script(evidence: Callable[..., Any]) -> None:
    for kind in ("metrics", "trace"):
        _, figure = bundles(_step(evidence(kind, "x")))
        assert "text/html" not in figure and figure["image/svg+xml"].startswith("<svg")
        config = figure["application/vnd.plotly.v1+json"]["config"]
        assert config["showSendToCloud"] is False and config["displaylogo"] is False


def test_the_metrics_mark_the_deployment_and_shade_since_the_onset(evidence: Callable[..., Any]) -> None:
    figure = bundles(_step(evidence("metrics", "x")))[1]
    layout = figure["application/vnd.plotly.v1+json"]["layout"]
    kinds = {(s["type"], s["x0"]) for s in layout["shapes"]}
    assert kinds == {("rect", "2026-03-01T10:31:00Z"), ("line", "2026-03-01T10:30:00Z")}
    assert "x 1.0 → 1.1" in [a["text"] for a in layout["annotations"]]
    assert "x 1.0 → 1.1" in figure["image/svg+xml"]


def test_a_series_that_names_itself_gets_no_link_into_its_figure(evidence: Callable[..., Any]) -> None:
    frame = evidence("metrics", "x").df
    name = "queue.length{job=\"<a href='http://evil.example'>open the runbook</a>\"}"
    figure = bundles(_step(evidence("metrics", "x", frame.assign(signal=name))))[1]
    drawn = figure["application/vnd.plotly.v1+json"]
    assert [trace["name"].startswith("queue.length") for trace in drawn["data"]] == [True]
    assert "<" not in json.dumps(drawn) and "<a" not in figure["image/svg+xml"]


def test_many_points_are_drawn_with_few_bytes(evidence: Callable[..., Any]) -> None:
    import pandas as pd

    times = pd.date_range("2026-03-01", periods=100_000, freq="1s", tz="UTC")
    frame = pd.DataFrame(
        {"time": times, "service": "x", "signal": "error_rate", "value": [i % 7 / 7 for i in range(100_000)]}
    )
    figure = bundles(_step(evidence("metrics", "x", frame)))[1]
    assert len(json.dumps(figure)) < 250_000


def test_failed_spans_and_new_patterns_and_suspect_hunks_are_said_in_words(evidence: Callable[..., Any]) -> None:
    assert "✗" in bundles(_step(evidence("trace", "x")))[1]["image/svg+xml"]
    assert "NEW" in re.sub(r"<[^>]+>", "", bundles(_step(evidence("logs", "x")))[0]["text/html"])
    assert "suspect" in re.sub(r"<[^>]+>", "", bundles(_step(evidence("diff", "x")))[0]["text/html"])


def test_a_trace_whose_spans_are_each_others_parents_ends(evidence: Callable[..., Any]) -> None:
    made = evidence("trace", "x")
    frame = made.df.assign(parent_span_id=["failing1", "failing0", "failing1", "healthy1", "healthy0", "healthy1"])
    assert bundles(_step(evidence("trace", "x", frame)))


def test_an_error_and_a_decision_are_shown(evidence: Callable[..., Any], hostile: str) -> None:
    decided = Decided(
        n=3, call_id="c", tool="look", verdict="reject", channel="panel", who=hostile, reason=hostile,
        view={"title": hostile, "body": hostile, "scope": hostile,
              "files": [{"path": hostile, "before": "a", "after": "b", "diff": f"-{hostile}"}]},
    )  # fmt: skip
    bundle = bundles(_step(None, error=f"it failed {hostile}", decision=decided))[0]
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", bundle["text/html"])
    assert _live(bundle["text/html"]) == []
    assert "it failed" in words and "rejected by" in words and "what was proposed" in words


def test_empty_frames_are_no_error(evidence: Callable[..., Any]) -> None:
    for kind in KINDS:
        frame = evidence(kind, "x").df.head(0)
        assert bundles(_step(evidence(kind, "x", frame, operations=[], exception=None)))
