"""Small windows: tools in fewer words, results in less room, the newest with the most."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.errors import ContextFull
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.models.base import (
    AssistantMessage,
    CallResult,
    Message,
    ResultsMessage,
    ToolCall,
    ToolSpec,
    TurnRequest,
    UserMessage,
)
from aisre_nb.models.openai.fit import Fit, compact, shorter
from aisre_nb.session.context import Context
from aisre_nb.session.reporting import Reporting
from aisre_nb.tools.registry import builtin_tools


def _shelf(rows: int = 400) -> Shelf:
    shelf = Shelf()
    frame = pd.DataFrame(
        {"pattern": [f"timeout of call {n} to the next service " * 5 for n in range(rows)], "count": range(rows)}
    )
    for n in range(6):
        result = ToolResult("logs", f"logs of part {n}", f"{rows} patterns, part {n}", frame, {"lines": rows})
        shelf.add(result, "get_logs", {"n": n}, Redactor(), datetime.now(UTC))
    return shelf


def _request(shelf: Shelf) -> TurnRequest:
    context = Context(datetime(2026, 3, 1, tzinfo=UTC))
    messages: list[Message] = [UserMessage("why?")]
    for n, (id, one) in enumerate(shelf.items()):
        messages.append(AssistantMessage("Look.", (ToolCall(f"c{n}", "get_logs", {"n": n}),)))
        messages.append(ResultsMessage((CallResult(f"c{n}", context.wrapped(one.text, "get_logs", id), evidence=id),)))
    specs = [ToolSpec(t.name, t.description, t.schema()) for t in builtin_tools()]
    return TurnRequest(context.system, messages, [*specs, Reporting.spec()], "why?", shelf)


def _texts(request: TurnRequest) -> list[str]:
    return [r.text for m in request.messages if isinstance(m, ResultsMessage) for r in m.results]


def test_what_fits_stays_as_it_is() -> None:
    request = _request(_shelf())
    assert Fit(None).request(request, 16_000, "m") is request
    wide = Fit(200_000)
    found = wide.request(request, 16_000, "m")
    assert _texts(found) == _texts(request) and found.tools is request.tools and not wide.shortened


@pytest.mark.parametrize("window", [6_000, 8_192, 16_000, 24_000])
def test_in_a_small_window_the_newest_results_keep_the_most(window: int) -> None:
    shelf = _shelf()
    request, fit = _request(shelf), Fit(window)
    found = fit.request(request, 16_000, "m")
    size = len(found.system) + sum(map(len, _texts(found))) + sum(len(str(s.schema)) for s in found.tools)
    assert size < (window - fit.output(16_000)) * fit.letters and fit.shortened
    sizes = [len(text) for text in _texts(found)]
    assert sizes[-1] > 2 * sizes[0] and all(sizes)
    told = [spec.name for spec in found.tools]
    assert {"get_alerts", "get_metrics", "read_evidence", "submit_report"} <= set(told)
    assert (fit.left_out > 0) == (window == 6_000) and len(told) + fit.left_out == len(request.tools)
    for n, text in enumerate(_texts(found), 1):
        # Labels stay whole, and what is inside says how to read on.
        assert text.splitlines()[0] == _texts(request)[n - 1].splitlines()[0]
        assert text.splitlines()[-1].startswith("</result ") and f"read_evidence(id='E{n}'" in text
    assert "pattern" in _texts(found)[-1] and "400 patterns, part 5" in _texts(found)[-1]


def test_a_window_that_holds_no_tools_says_how_much_is_needed() -> None:
    with pytest.raises(ContextFull, match=r"4,096 tokens is too small: about \d+,000 are needed"):
        Fit(4096).request(_request(_shelf()), 16_000, "m")


def test_what_the_server_counted_is_how_long_a_token_is() -> None:
    fit = Fit(16_000)
    fit.counted(40_000, 20_000)
    assert fit.letters == pytest.approx(1.9)
    fit.counted(10, 5)
    assert fit.letters == pytest.approx(1.9)


def test_a_tool_in_fewer_words_takes_the_same_arguments() -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "long", "title": "Title"},
            "n": {"$ref": "#/$defs/N"},
        },
        "required": ["title"],
        "$defs": {"N": {"type": "integer", "description": "x", "enum": [1, 2]}},
    }
    found = compact(ToolSpec("look", "Look at it. Use it first.\nAnd more.", schema))
    assert found.description == "Look at it."
    assert found.schema["properties"] == {"title": {"type": "string"}, "n": {"$ref": "#/$defs/N"}}
    assert found.schema["$defs"] == {"N": {"type": "integer", "enum": [1, 2]}}
    assert found.schema["required"] == ["title"]


@given(st.integers(1, 3000), st.text(min_size=0, max_size=400))
def test_a_result_never_leaves_its_label(limit: int, text: str) -> None:
    context = Context(datetime(2026, 3, 1, tzinfo=UTC))
    result = CallResult("c", context.wrapped(text, "look", "E1"), evidence="E1")
    found = shorter(result, {}, limit).text
    head, tail = result.text.splitlines()[0], result.text.rsplit("\n", 1)[1]
    assert found.startswith(head) and found.endswith(tail) and found.count(tail) == 1
    assert len(found) <= max(limit, len(head) + len(tail) + 60)
