"""Which requests fail, where the error begins, a failing one beside a healthy one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.tools.traces import get_trace, get_traces


def _spans(trace_id: str, failing: bool, ago: Any) -> pd.DataFrame:
    rows = [("1", None, "web", "POST /pay"), ("2", "1", "bank", "charge")] + (
        [] if failing else [("3", "2", "db", "q")]
    )
    return pd.DataFrame(
        [
            {
                "trace_id": trace_id,
                "span_id": span,
                "parent_span_id": parent,
                "service": service,
                "operation": operation,
                "kind": "Server",
                "start": ago(10),
                "duration_ms": 5.0,
                "error": failing,
                "message": "declined" if failing and service == "bank" else None,
                "attributes": {},
            }
            for span, parent, service, operation in rows
        ]
    )


@pytest.fixture(autouse=True)
def world(fake: Any, ago: Any) -> None:
    kinds = [("bad", True, 3), ("good", False, 5)]
    rows = [
        {"trace_id": f"{kind}{n}", "start": ago(n + 1), "service": "web", "operation": "POST /pay"}
        | {"duration_ms": float(n), "error": error}
        for kind, error, count in kinds
        for n in range(count)
    ]
    operation = {"service": "web", "operation": "GET /", "requests": 50, "errors": 0, "error_rate": 0.0, "p95_ms": 2.0}
    pay = {**operation, "operation": "POST /pay", "requests": 8, "errors": 3, "error_rate": 0.375}
    fake.frames |= {
        "traces": pd.DataFrame(rows),
        "operations": pd.DataFrame([operation, pay]),
        "trace": {r["trace_id"]: _spans(r["trace_id"], r["error"], ago) for r in rows},
    }


async def test_the_worst_operation_and_where_its_error_begins(context: Any) -> None:
    facts = (await get_traces.handler(context, get_traces.arguments(service="web"))).facts
    assert (facts["total"], facts["errors"], facts["endpoint"]) == (58, 3, "POST /pay")
    assert [o["operation"] for o in facts["operations"]] == ["POST /pay", "GET /"]
    assert facts["origin"] == {
        "service": "bank",
        "operation": "charge",
        "message": "declined",
        "peer": "",
        "share": 1.0,
    }


async def test_a_failing_and_a_healthy_one_of_middle_duration(context: Any) -> None:
    facts = (await get_traces.handler(context, get_traces.arguments(service="web"))).facts
    assert (facts["failing"]["trace_id"], facts["healthy"]["trace_id"]) == ("bad1", "good2")
    assert facts["failing"]["operation"] == facts["healthy"]["operation"] == "POST /pay"


async def test_others_worth_a_look_come_with_their_reason(context: Any) -> None:
    facts = (await get_traces.handler(context, get_traces.arguments(service="web", status="any"))).facts
    assert [(e["why"], e["trace_id"]) for e in facts["exemplars"]] == [
        ("first to fail", "bad2"),
        ("slowest that was answered", "good4"),
    ]


async def test_an_operation_that_nobody_serves_is_no_crash(context: Any) -> None:
    result = await get_traces.handler(context, get_traces.arguments(service="web", operation="GET /typo"))
    assert result.facts["failing"] is None and "3 of 58 sampled requests failed" in result.summary
    assert "none of them on GET /typo" in result.summary


async def test_no_failure_is_said(context: Any, fake: Any) -> None:
    fake.frames["operations"] = fake.frames["operations"].assign(errors=0)
    fake.frames["traces"] = fake.frames["traces"].query("not error")
    result = await get_traces.handler(context, get_traces.arguments(service="web"))
    assert result.summary == "none of 58 sampled requests failed"
    assert (result.facts["endpoint"], result.facts["origin"], result.facts["failing"]) == (None, None, None)


async def test_a_bounded_number_of_failing_traces_is_opened(context: Any, fake: Any, ago: Any) -> None:
    row = fake.frames["traces"].iloc[0].to_dict()
    fake.frames["traces"] = pd.DataFrame([{**row, "trace_id": f"t{n}"} for n in range(40)])
    fake.frames["trace"] = {f"t{n}": _spans(f"t{n}", True, ago) for n in range(40)}
    await get_traces.handler(context, get_traces.arguments(service="web"))
    assert sum(name == "trace" for name, _ in fake.asked) <= 12


async def test_two_traces_stand_in_one_frame_with_what_differs(context: Any) -> None:
    arguments = get_trace.arguments(trace_id="bad1", compare_with="good1")
    result = await get_trace.handler(context, arguments)
    assert result.frame is not None and result.frame["trace"].value_counts().to_dict() == {"failing": 2, "healthy": 3}
    assert result.facts["origin"]["span_id"] == "2" and result.facts["spans"] == 2
    assert result.facts["differences"] == ["missing in the failing one: db q"]
    assert result.query == "query of trace bad1\n\nquery of trace good1"


async def test_a_trace_alone_and_one_that_is_not_there(context: Any) -> None:
    result = await get_trace.handler(context, get_trace.arguments(trace_id="good1"))
    assert result.facts["origin"] is None and result.summary.startswith("no span of it failed; 5 of its 5 ms")
    assert result.facts["critical_path"] == [
        {"service": "db", "operation": "q", "span_id": "3", "waited_ms": 5.0},
    ]
    assert result.frame is not None and set(result.frame["trace"]) == {"trace"}
    with pytest.raises(SignalMissing, match="there is no trace nope"):
        await get_trace.handler(context, get_trace.arguments(trace_id="nope"))


async def test_a_failing_span_without_a_message_has_an_empty_one(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["trace"]["bad1"] = _spans("bad1", True, ago).assign(message=[float("nan")] * 2)
    result = await get_trace.handler(context, get_trace.arguments(trace_id="bad1"))
    assert result.facts["origin"]["message"] == "" and "nan" not in result.summary
