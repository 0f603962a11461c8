"""From a frame of a stack trace to the commit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.sources.base import Answer
from aisre_nb.tools.blame import get_blame


@pytest.fixture
def blamed(context: Any, fake: Any) -> Any:
    """The tool, where line 2 came with commit b, which the version before had not."""
    frame = pd.DataFrame(
        {
            "line": [1, 2, 3], "text": ["def f():", "    return y", ""], "commit": ["a" * 40, "b" * 40, "a" * 40],
            "author": ["Ada", "Bo", "Ada"], "time": pd.to_datetime(["2026-02-01T10:00:00Z"] * 3, utc=True),
            "subject": ["first", "faster", "first"], "path": ["web/pay.py"] * 3,
        }
    )  # fmt: skip
    frame.attrs["path"] = "services/web/pay.py"
    asked: list[Any] = []

    async def blame(*given: Any) -> Answer:
        asked.append(given)
        return Answer(frame, "git blame", "repository")

    async def is_in(commit: str, version: str, service: str) -> bool:
        return commit.startswith("a")

    fake.blame, fake.is_in = blame, is_in
    fake.frames["file"] = pd.DataFrame({"line": [1, 2], "text": ["def f():", "    return y"]})

    async def ask(**more: Any) -> Any:
        return await get_blame.handler(
            context, get_blame.arguments(path="/app/pay.py", line=2, version="2", **more)
        ), asked

    return ask


async def test_the_commit_of_a_line_with_its_function(blamed: Any) -> None:
    result, asked = await blamed()
    assert asked == [("/app/pay.py", 1, 5, "2", None)]
    facts = result.facts
    assert (facts["path"], facts["function"], facts["commit"], facts["author"]) == (
        "services/web/pay.py",
        "f",
        "b" * 40,
        "Bo",
    )
    assert result.summary == "line 2 of f was last touched by Bo in bbbbbbbbbbbb (faster) at 2026-02-01 10:00 UTC"
    assert list(result.frame["asked"]) == [False, True, False] and not any(result.frame["new"])


async def test_what_came_after_the_version_before_is_marked(blamed: Any) -> None:
    result, _ = await blamed(before_version="1", service="web")
    assert [row["new"] for row in result.facts["lines"]] == [False, True, False] and result.facts["new"]
    assert result.summary.endswith("after the version before")


async def test_where_the_file_cannot_be_read_the_line_is_an_answer(blamed: Any, fake: Any) -> None:
    del fake.frames["file"]
    result, _ = await blamed()
    assert result.facts["function"] == "" and result.summary.startswith("line 2 was last touched by Bo")
