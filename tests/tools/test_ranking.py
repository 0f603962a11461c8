"""Which service is the likely cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.check import check_claims
from aisre_nb.report.report import Check, Claim, ReportDraft
from aisre_nb.sources.reported import Reported
from aisre_nb.times import Window
from aisre_nb.tools.ranking import rank_services
from aisre_nb.tools.registry import builtin_tools


def _spans(ago: Any, slow: str = "", minutes: int = 90, since: int = 10) -> pd.DataFrame:
    """One trace a minute of web, which calls cart and mail; ``slow`` takes a second on the way since ``since``."""
    rows = []
    for minute in range(minutes, 0, -1):
        at, trace = ago(minute), f"t{minute}"
        whole = 20.0
        for n, service in enumerate(("cart", "mail")):
            took = 5.0 + minute % 3 / 10
            way = 1000.0 if service == slow and minute <= since else 2.0
            begin = at + timedelta(milliseconds=5 + n * 8)
            rows.append((trace, f"{trace}>{service}", trace, "web", "HTTP GET", begin, took + way))
            rows.append((trace, f"{trace}-{service}", f"{trace}>{service}", service, f"GET /{service}", begin, took))
            whole += way
        rows.append((trace, trace, "", "web", "GET /", at, whole))
    columns = ["trace_id", "span_id", "parent_span_id", "service", "operation", "start", "duration_ms"]
    return pd.DataFrame(rows, columns=columns).assign(failed=False)


def _logs(ago: Any, broken: str = "", minutes: int = 90, since: int = 10) -> pd.DataFrame:
    rows = []
    for minute in range(minutes, 0, -1):
        for service in ("cart", "mail"):
            rows.append((ago(minute), "", "", service, "info", "handled"))
            if service == broken and minute <= since:
                rows.append((ago(minute), "", "", service, "error", "disk is full"))
    return pd.DataFrame(rows, columns=["time", "trace_id", "span_id", "service", "severity", "body"])


def _reported(context: Any, ago: Any, **more: Any) -> Any:
    told = Reported(window=Window(ago(10), ago(0)), **more)
    return replace(context, sources=replace(context.sources, reported=told))


async def test_the_likeliest_is_first_with_what_speaks_for_and_against_it(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["span_sample"] = _spans(ago, "cart")
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments())
    first = result.facts["ranked"][0]
    assert first["service"] == "cart" and first["probability"] > 0.9
    assert "calls to cart lose 1,000 ms on the way (web → cart), 2 ms before" in first["for"][0]["says"]
    assert first["against"] == ["its requests take the steps that they took before"]
    assert result.summary.startswith(f"most likely cart ({first['probability']:.0%})")
    assert (result.facts["onset"], result.facts["reported"]) == ("2026-03-01T11:50:00Z", True)
    row = result.frame.iloc[0]
    assert (row["rank"], row["service"], row["sign"], row["now"]) == (1, "cart", 1, 1000.0)


async def test_claims_about_it_can_be_checked(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["span_sample"] = _spans(ago, "cart")
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments())
    evidence = Evidence("E1", "table", "t", "s", "rank_services", {}, frame=result.frame, facts=result.facts)
    where = {"service": "cart", "sign": "1"}
    right = Check(kind="value", evidence="E1", column="now", where=where, expected=1000.0)
    claims = [
        Claim(text="The way to cart takes a second.", evidence=["E1"], check=right),
        Claim(text="The way to cart takes no time.", evidence=["E1"], check=right.model_copy(update={"expected": 2.0})),
    ]
    checked, _ = check_claims(ReportDraft(outcome="inconclusive", claims=claims), {"E1": evidence})
    assert [claim.result for claim in checked] == ["passed", "failed"]


async def test_without_spans_logs_and_metrics_tell_and_what_is_missing_is_a_gap(
    context: Any, fake: Any, ago: Any
) -> None:
    fake.frames["log_sample"] = _logs(ago, "mail")
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments())
    assert result.facts["ranked"][0]["service"] == "mail" and result.facts["compared"] == ["steps"]
    assert "spans: no span_sample" in result.facts["gaps"][0]
    series = [
        {
            "time": ago(m),
            "service": s,
            "metric": "cpu.utilization",
            "value": 0.97 if (s, m <= 10) == ("cart", True) else 0.1,
        }
        for m in range(90, 0, -1)
        for s in ("cart", "mail")
    ]
    fake.frames = {"all_series": pd.DataFrame(series).assign(labels="", unit="1")}
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments())
    assert result.facts["ranked"][0]["service"] == "cart" and result.facts["compared"] == ["metrics"]


async def test_the_onset_that_is_given_goes_before_what_was_reported(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["span_sample"] = _spans(ago, "mail", since=30)
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments(onset="30m ago"))
    assert result.facts["onset"] == "2026-03-01T11:30:00Z"
    assert result.facts["ranked"][0]["service"] == "mail"
    with pytest.raises(ToolError, match="is not before the window's end"):
        await rank_services.handler(context, rank_services.arguments(onset="now"))


async def test_where_nobody_told_when_the_end_of_the_window_is_compared_and_it_says_so(
    context: Any, fake: Any, ago: Any
) -> None:
    fake.frames["span_sample"] = _spans(ago)
    result = await rank_services.handler(context, rank_services.arguments())
    assert "nobody told when it began; taken is 2026-03-01T11:30:00Z: nothing tells" in result.facts["gaps"][0]
    assert result.facts["reported"] is False
    assert all(one["probability"] < 0.5 for one in result.facts["ranked"])


async def test_where_nobody_told_when_requests_tell(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["span_sample"] = _spans(ago, "mail", minutes=120, since=14)
    result = await rank_services.handler(context, rank_services.arguments())
    assert result.facts["onset"] in {"2026-03-01T11:46:00Z", "2026-03-01T11:44:00Z"}
    assert result.facts["ranked"][0]["service"] == "mail" and result.facts["ranked"][0]["probability"] > 0.5


async def test_few_requests_and_one_empty_side_are_gaps_and_nothing_at_all_is_a_missing_signal(
    context: Any, fake: Any, ago: Any
) -> None:
    fake.frames["span_sample"] = _spans(ago, "cart", minutes=8)
    result = await rank_services.handler(_reported(context, ago), rank_services.arguments())
    assert {"only 0 requests before it began were seen", "only 8 requests since it began were seen"} <= set(
        result.facts["gaps"]
    )
    assert result.facts["ranked"] == [] and "no service behaves differently" in result.summary
    fake.frames = {}
    with pytest.raises(SignalMissing, match="no span, no log record"):
        await rank_services.handler(_reported(context, ago), rank_services.arguments())


async def test_the_time_before_reaches_back_to_the_baseline(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["span_sample"] = _spans(ago, "cart", minutes=200)
    told = _reported(context, ago, baseline=Window(ago(180), ago(100)))
    result = await rank_services.handler(told, rank_services.arguments())
    assert result.facts["before"]["start"] == "2026-03-01T08:50:00Z"


def test_it_is_among_the_tools() -> None:
    assert rank_services in builtin_tools() and rank_services.effect == "read"
