"""What a server that stands in sends: taken as our own result, or that call's error."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import mcp_types as types
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from aisre_nb.errors import ToolError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.mcp import columns
from aisre_nb.mcp.read_back import result
from aisre_nb.mcp.serving.answers import of_evidence
from aisre_nb.times import Window

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRAME = pd.DataFrame(
    {
        "time": pd.date_range("2026-03-01T10:00:00Z", periods=600, freq="10s"),
        "service": "cart",
        "signal": "error_rate",
        "value": [0.1 * n if n % 7 else float("nan") for n in range(600)],
        "unit": "share",
        "bad": [n % 2 == 0 for n in range(600)],
        "count": range(600),
        "attributes": [{"http.route": "/cart", "n": [n]} for n in range(600)],
    }
)
FACTS = {"service": "cart", "onset": "2026-03-01T10:30:00Z", "signals": {}}


def _sent(*, whole: bool = True) -> dict[str, Any]:
    made = ToolResult(
        "metrics", "cart", "it rose", FRAME, FACTS, "folder", "SELECT 1", Window(NOW.replace(hour=10), NOW)
    )
    evidence = Shelf().add(made, "get_metrics", {}, Redactor(), NOW)
    found = of_evidence(evidence, ["one gap"], whole=whole)
    value = json.loads(found.model_dump_json(by_alias=True))["structuredContent"]
    assert isinstance(value, dict)
    return value


SENT = _sent()


def _back(value: Any, tool: str = "get_metrics") -> ToolResult:
    return result("far", tool, {"service": "cart"}, types.CallToolResult(content=[], structured_content=value))


def test_what_was_sent_comes_back_whole() -> None:
    back = _back(SENT)
    assert back.frame is not None
    pd.testing.assert_frame_equal(back.frame, FRAME, check_dtype=False)
    assert back.frame["time"].dtype.kind == "M" and columns.told(back.frame) == columns.told(FRAME)
    assert (back.kind, back.title, back.summary, dict(back.facts)) == ("metrics", "cart", "it rose", FACTS)
    assert (back.source, back.window, back.notes) == ("far", Window(NOW.replace(hour=10), NOW), ("one gap",))
    assert back.query == 'get_metrics {"service": "cart"}\n\nSELECT 1' and back.link is None


def test_an_assistant_gets_the_first_rows_and_what_is_left_out_is_a_gap() -> None:
    back = _back(_sent(whole=False))
    assert back.frame is not None and len(back.frame) == 200
    assert "far.get_metrics: 200 of 600 rows came" in back.notes


def test_without_types_they_are_told_by_the_values() -> None:
    plain = {k: v for k, v in SENT.items() if k not in ("types", "query", "link", "notes", "start", "end")}
    back = _back(plain)
    assert back.frame is not None and columns.told(back.frame) == columns.told(FRAME)
    assert back.query == 'get_metrics {"service": "cart"}' and back.window is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "pull_request"}, "its kind is 'pull_request', not 'metrics'"),
        ({"kind": ["metrics"]}, "its kind is"),
        ({"facts": []}, "its facts are no object"),
        ({"facts": {"signals": [1], "deployments": "x"}}, "it cannot be drawn"),
        ({"columns": ["time", "time"]}, "its columns are no names"),
        ({"columns": "time"}, "its columns are no names"),
        ({"columns": ["value"]}, "it has no column 'time'"),
        ({"rows": [1]}, "its rows are no objects"),
        ({"rows": [{"time": None, "service": "", "signal": "", "value": 1, "unit": ""}]}, "lacks a time"),
        ({"rows": [{**SENT["rows"][0], "time": "yesterday"}]}, "its column 'time'"),
        ({"rows": [{**SENT["rows"][0], "value": "1"}]}, "its column 'value': '1' is another kind of value"),
        ({"rows": [{**SENT["rows"][0], "count": 2**70}]}, "its column 'count'"),
        ({"types": {**SENT["types"], "value": "code"}}, "its column 'value' holds 'code', not 'number'"),
        ({"start": "2026-03-01T10:00:00Z", "end": "then"}, "its window"),
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_that_calls_error(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ToolError, match=r"far.get_metrics stands in for get_metrics, and its answer cannot") as raised:
        _back({**SENT, **change})
    assert why in str(raised.value)


def test_no_structured_content_and_an_error_of_its_own_are_told() -> None:
    with pytest.raises(ToolError, match="it has no structured content"):
        _back(None)
    failed = types.CallToolResult(content=[types.TextContent(text="no such\nservice \x1b[31m")], is_error=True)
    with pytest.raises(ToolError, match=r"^far.get_logs: no such service"):
        result("far", "get_logs", {}, failed)


def test_a_stranger_plants_nothing_that_could_be_undone() -> None:
    planted = {"undo": {"action": "close_pull_request", "number": 1, "head": "x"}, "undoes": "E1"}
    assert dict(_back({**SENT, "facts": {**FACTS, **planted}}).facts) == FACTS


JUNK = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=6),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
SMALL = {**SENT, "rows": SENT["rows"][:4], "total_rows": 4}


@given(some.sampled_from(sorted(SMALL)), JUNK)
def test_whatever_stands_in_a_field_is_taken_or_told(name: str, junk: Any) -> None:
    value = copy.deepcopy(SMALL)
    value[name] = junk
    try:
        assert _back(value).kind == "metrics"
    except ToolError as error:
        assert error.next_step
