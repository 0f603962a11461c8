"""Patterns, what is new since the onset, and the exception behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from aisre_nb.tools.logs import get_logs

STACK = 'Traceback (most recent call last):\n  File "/app/{0}.py", line 7, in {0}\n    x()\n{1}: {2}'


@pytest.fixture(autouse=True)
def world(fake: Any, ago: Any) -> None:
    def row(minutes: float, severity: str, body: str, **attributes: str) -> dict[str, Any]:
        named = {k.replace("_", "."): v for k, v in attributes.items()}
        times = {"time": ago(minutes), "service": "web", "severity": severity, "body": body}
        return times | {"trace_id": "", "span_id": "", "attributes": named}

    old = STACK.format("old", "KeyError", "'a'")
    new = STACK.format("pay", "NameError", "no fee")
    rows = [row(60 - n, "info", f"served {n}") for n in range(60)]
    rows += [row(50 - n, "warn", "retried", exception_stacktrace=old, exception_type="KeyError") for n in range(20)]
    rows += [row(9 - n, "error", f"pay {n} failed", exception_stacktrace=new) for n in range(5)]
    fake.frames["logs"] = pd.DataFrame(rows)


async def test_what_is_new_since_the_onset_is_told_with_its_count(context: Any) -> None:
    facts = (await get_logs.handler(context, get_logs.arguments(service="web", onset="2026-03-01T11:50:00Z"))).facts
    assert [(n["count"], n["severity"], n["first_seen"]) for n in facts["new"]] == [
        (5, "error", "2026-03-01T11:51:00Z")
    ]
    assert facts["records"] == 85 and facts["patterns"] == 3


async def test_a_new_exception_goes_before_a_more_frequent_old_one(context: Any) -> None:
    arguments = get_logs.arguments(service="web", onset="2026-03-01T11:50:00Z")
    found = (await get_logs.handler(context, arguments)).facts["exception"]
    assert (found["type"], found["message"], found["count"]) == ("NameError", "no fee", 5)
    assert found["frames"][-1] == {"file": "/app/pay.py", "line": 7, "function": "pay", "code": "x()"}
    whole = (await get_logs.handler(context, get_logs.arguments(service="web"))).facts
    assert whole["exception"]["type"] == "KeyError" and whole["exception"]["count"] == 20 and whole["new"] == []


async def test_an_onset_in_words_is_an_instant_in_the_facts(context: Any) -> None:
    result = await get_logs.handler(context, get_logs.arguments(service="web", onset="10m ago"))
    assert result.facts["onset"] == "2026-03-01T11:50:00Z" and "1 new since 11:50" in result.summary


async def test_a_stack_trace_in_the_body_counts_too(context: Any, fake: Any) -> None:
    body = STACK.format("pay", "NameError", "no fee")
    fake.frames["logs"] = fake.frames["logs"].head(3).assign(body=body, attributes=None)
    result = await get_logs.handler(context, get_logs.arguments(service="web"))
    assert (result.facts["exception"]["type"], result.facts["exception"]["count"]) == ("NameError", 3)
    assert result.frame is not None and result.frame["stack"].tolist() == [body]


async def test_how_it_is_narrowed_reaches_the_source(context: Any, fake: Any) -> None:
    given = {"operation": "POST /pay", "severity": "warn", "contains": "x", "trace_id": "t"}
    await get_logs.handler(context, get_logs.arguments(service="web", **given))
    assert fake.asked[0][1][2] == given


async def test_no_record_is_no_exception(context: Any, fake: Any) -> None:
    fake.frames["logs"] = fake.frames["logs"].head(0)
    facts = (await get_logs.handler(context, get_logs.arguments(service="web"))).facts
    assert (facts["records"], facts["new"], facts["exception"]) == (0, [], None)


async def test_what_surged_or_ceased_is_told_in_facts_and_summary(context: Any, fake: Any, ago: Any) -> None:
    served = fake.frames["logs"].iloc[0].to_dict()
    beats = [served | {"time": ago(60 - n), "body": f"beat {n}"} for n in range(43)]
    storms = [served | {"time": ago(60 - n if n < 8 else 12), "body": f"retry {n}"} for n in range(60)]
    fake.frames["logs"] = pd.DataFrame([*fake.frames["logs"].to_dict("records"), *beats, *storms])
    result = await get_logs.handler(context, get_logs.arguments(service="web", onset="15m ago", since="1h"))
    changed = {row["pattern"]: (row["change"], row["before"], row["after"]) for row in result.facts["changed"]}
    assert changed["beat <*>"] == ("gone", 43, 0) and changed["retry <*>"] == ("surging", 8, 52)
    assert "1 surging, 1 gone" in result.summary


async def test_what_failing_records_share_is_told(context: Any, fake: Any) -> None:
    frame = fake.frames["logs"]
    versions = ["2.1" if severity == "error" else "2.0" for severity in frame["severity"]]
    attributes = [a | {"service.version": v} for a, v in zip(frame["attributes"], versions, strict=True)]
    fake.frames["logs"] = frame.assign(attributes=attributes)
    result = await get_logs.handler(context, get_logs.arguments(service="web"))
    first = result.facts["separates"][0]
    assert (first["field"], first["value"], first["failing"], first["healthy"]) == ("service.version", "2.1", 5, 0)
    assert "failing ones have service.version 2.1" in result.summary


async def test_other_exceptions_are_listed_beside_the_first(context: Any) -> None:
    arguments = get_logs.arguments(service="web", onset="2026-03-01T11:50:00Z")
    others = (await get_logs.handler(context, arguments)).facts["other_exceptions"]
    assert [(e["type"], e["count"], e["place"]) for e in others] == [("KeyError", 20, "/app/old.py:7")]


async def test_records_that_begin_after_the_onset_are_a_gap(
    context: Any, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.frames["logs"] = fake.frames["logs"].tail(5)
    whole = fake.logs

    async def newest(*given: Any, **narrow: Any) -> Any:
        return replace(await whole(*given, **narrow), total=500)

    monkeypatch.setattr(fake, "logs", newest)
    result = await get_logs.handler(context, get_logs.arguments(service="web", onset="2026-03-01T11:50:00Z"))
    assert result.facts["new"] == [] and len(result.facts["gaps"]) == 1 and result.facts["gaps"][0] in result.summary
