"""The hunk that a stack trace leads to, and a file with its lines marked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aisre_nb.tools.code import get_source_diff, get_source_file

HUNKS = pd.DataFrame(
    [
        {"file": "web/README.md", "new_start": 1, "new_lines": 1, "text": "@@ -1 +1 @@\n+words"},
        {"file": "web/web/pay.py", "new_start": 5, "new_lines": 3, "text": "@@ -5 +5 @@\n-    fee = 0\n     a\n+    b"},
    ]
)


async def test_the_suspect_hunk_is_marked_in_frame_facts_and_words(context: Any, fake: Any) -> None:
    fake.frames["diff"] = HUNKS
    arguments = {"service": "web", "from_version": "1", "to_version": "2"}
    arguments |= {"stack_frames": ["/app/web/pay.py:6"], "symbols": ["fee"]}
    result = await get_source_diff.handler(context, get_source_diff.arguments(**arguments))
    assert result.frame is not None and result.frame["suspect"].tolist() == [False, True]
    assert result.frame["why"].tolist()[0] == "" and "line 6" in result.frame["why"].tolist()[1]
    assert result.facts["suspects"][0]["hunk"] == 1 and result.facts["suspects"][0]["removed"] == ["    fee = 0"]
    assert (result.facts["added"], result.facts["removed"], result.facts["hunks"]) == (2, 1, 2)
    assert "suspect: web/web/pay.py:6" in result.summary


async def test_no_difference_is_no_suspect(context: Any, fake: Any) -> None:
    fake.frames["diff"] = HUNKS.head(0)
    arguments = get_source_diff.arguments(service="web", from_version="1", to_version="2", symbols=["fee"])
    result = await get_source_diff.handler(context, arguments)
    assert result.summary == "0 hunks in 0 files, +0 −0" and result.facts["suspects"] == []


async def test_a_file_is_known_by_its_path_in_the_repository_with_marks(context: Any, fake: Any) -> None:
    frame = pd.DataFrame({"line": [1, 2], "text": ["import x", "  x.pay()"]})
    frame.attrs["path"] = "services/web/pay.py"
    fake.frames["file"] = frame
    arguments = get_source_file.arguments(path="/app/pay.py", version="2", mark_lines=[2, 99])
    result = await get_source_file.handler(context, arguments)
    assert (result.facts["path"], result.facts["text"]) == ("services/web/pay.py", "import x\n  x.pay()\n")
    assert result.frame is not None and result.frame["marked"].tolist() == [False, True]
    assert result.summary == "line 2: x.pay()" and result.title == "services/web/pay.py at 2"


async def test_a_long_file_is_kept_in_the_frame_alone(context: Any, fake: Any) -> None:
    fake.frames["file"] = pd.DataFrame({"line": [1], "text": ["x" * 70_000]})
    result = await get_source_file.handler(context, get_source_file.arguments(path="x"))
    assert result.facts["text"] is None and result.frame is not None and len(result.frame) == 1
