"""Answers as evidence: tables, texts that are too long, what is no text, and failures."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.results import result


def _result(*texts: str, structured: Any = None, **more: Any) -> ToolResult:
    blocks = [types.TextContent(text=text) for text in texts]
    found = types.CallToolResult(content=[*blocks, *more.pop("blocks", [])], structured_content=structured, **more)
    return result("metoro", "get", {"b": 1, "a": "x"}, found)


def test_the_query_is_what_was_sent_and_the_source_is_the_server() -> None:
    made = _result("all is well")
    assert (made.kind, made.source, made.query, made.text) == (
        "text",
        "metoro",
        'get {"a": "x", "b": 1}',
        "all is well",
    )


@pytest.mark.parametrize(
    "structured", [{"result": [{"pod": "a"}, {"pod": "b"}]}, {"items": [{"pod": "a"}, {"pod": "b"}], "total": 7}]
)
def test_structured_content_is_a_frame(structured: Any) -> None:
    made = _result("two pods", structured=structured)
    assert made.kind == "table" and made.frame is not None and made.frame["pod"].tolist() == ["a", "b"]
    assert made.facts.get("total") == structured.get("total")


def test_json_in_a_text_is_one_too_and_so_is_an_object_a_line() -> None:
    for texts in (['[{"pod": "a"}, {"pod": "b"}]'], ['{"pod": "a"}', '{"pod": "b"}'], ['{"pod": "a"}\n{"pod": "b"}']):
        made = _result(*texts)
        assert made.frame is not None and made.frame["pod"].tolist() == ["a", "b"]


def test_a_long_text_is_kept_whole_line_by_line() -> None:
    made = _result("\n".join(f"line {n}" for n in range(9_000)))
    assert made.kind == "table" and made.frame is not None and made.text == ""
    assert made.frame.iloc[8_999].tolist() == [9_000, "line 8999"]
    assert made.summary.startswith("9000 lines")


def test_a_large_object_is_kept_value_by_value() -> None:
    value = {"spec": {f"k{n}": {"image": f"cart:{n}", "ports": [80, 443]} for n in range(600)}}
    made = _result(json.dumps(value))
    assert made.frame is not None and made.frame.shape == (1_800, 2)
    assert made.frame.iloc[0].tolist() == ["spec.k0.image", "cart:0"]
    small = _result(json.dumps({"a": {"b": 1}}))
    assert small.kind == "text" and small.facts == {"a": {"b": 1}}


def test_what_is_no_text_is_a_gap_and_a_link_is_not_followed() -> None:
    picture = types.ImageContent(data="QUJD", mime_type="image/png")
    link = types.ResourceLink(name="x", uri="http://127.0.0.1:9/secret")
    made = _result("see", blocks=[picture, link])
    assert made.notes == ("metoro.get: image of 3 bytes was not looked at",)
    assert made.text == "see\nsee http://127.0.0.1:9/secret"


def test_a_failure_is_an_error_that_the_model_reads() -> None:
    with pytest.raises(ToolError, match=r"metoro\.get: no such pod"):
        _result("no such\x1b[2J pod", is_error=True)
    with pytest.raises(ToolError, match="it failed, and did not say why"):
        _result(is_error=True)
