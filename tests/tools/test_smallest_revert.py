"""The fewest parts of a change to take back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.code_source import SuiteRun
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import tools_for
from aisre_nb.tools.smallest_revert import find_revert_by_test, find_smallest_revert

OLD = {"web/pay.py": "fee = 0\ntax = 1\n", "tests/test_pay.py": "t"}
NEW = {"web/pay.py": "fee = 9\ntax = 1.0\n", "tests/test_pay.py": "t"}
DIFF = "@@ -1,2 +1,2 @@\n-fee = 0\n-tax = 1\n+fee = 9\n+tax = 1.0"


class Suite:
    """The test holds where there is no fee."""

    def __init__(self) -> None:
        self.runs: list[tuple[object, ...]] = []

    def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
        self.runs.append((*sorted(texts.items()), *sorted(only)))
        return SuiteRun({"tests.test_pay.test_free": "passed" if "fee = 0" in texts["web/pay.py"] else "failed"})


@pytest.fixture
def trying(context: Any, fake: Any) -> Any:
    async def files(service: str, version: str | None = None) -> Answer:
        texts = OLD if version == "1" else NEW
        rows = [{"path": f"services/web/{path}", "text": text} for path, text in texts.items()]
        frame = pd.DataFrame(rows)
        frame.attrs["folder"] = "services/web"
        return Answer(frame, "git ls-tree", "repository")

    fake.files = files
    split = "@@ -1 +1 @@\n-fee = 0\n+fee = 9\n \n@@", "@@ -2 +2 @@\n-tax = 1\n+tax = 1.0"
    rows = [{"file": "services/web/web/pay.py", "text": text.removesuffix("\n \n@@")} for text in split]
    fake.frames["diff"] = pd.DataFrame(
        [*rows, {"file": "deploy/web.yaml", "text": "@@ -1 +1 @@\n-image: web:1\n+image: web:2"}]
    )
    return replace(context, sources=replace(context.sources, tests=Suite()))


async def _asked(context: Any, **more: Any) -> Any:
    arguments = find_smallest_revert.arguments(service="web", from_version="1", to_version="2", **more)
    return await find_smallest_revert.handler(context, arguments)


async def test_the_part_that_the_tests_want_back_with_an_edit_that_applies(trying: Any) -> None:
    told: list[str] = []
    result = await _asked(replace(trying, tell=told.append))
    assert result.facts["parts"] == [
        {"file": "services/web/web/pay.py", "line": 1, "removed": "fee = 0", "added": "fee = 9"}
    ]
    (edit,) = result.facts["edits"]
    assert edit["path"] == "services/web/web/pay.py"
    assert NEW["web/pay.py"].replace(edit["old"], edit["new"]) == "fee = 0\ntax = 1.0\n"
    assert result.facts["telling_tests"] == ["tests.test_pay.test_free"] and result.facts["units"] == 2
    assert "1 tests that fail hold then" in result.summary and told[0] == "1 trees tried\n"
    runs = trying.sources.tests.runs
    assert len(runs) == len(set(runs)), "no tree is tried twice for the same"


@pytest.mark.parametrize(
    ("place", "problem"), [("nowhere", "no place"), ("pay.py:x", "no place"), ("other.py:3", "no file of the service")]
)
async def test_a_place_that_is_none_is_refused(trying: Any, place: str, problem: str) -> None:
    with pytest.raises(ToolError, match=problem):
        await _asked(trying, places=[place])


async def test_where_no_test_tells_it_says_what_to_do(trying: Any) -> None:
    class Blind(Suite):
        def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
            return SuiteRun({"t": "passed"})

    blind = replace(trying, sources=replace(trying.sources, tests=Blind()))
    with pytest.raises(ToolError, match="no test fails on what is deployed"):
        await _asked(blind)
    result = await _asked(blind, places=["/app/web/pay.py:2"])
    assert [part["line"] for part in result.facts["parts"]] == [2]


async def test_a_test_that_was_given_is_shown_whole_and_run_only_after_that(trying: Any) -> None:
    text = "import unittest\n\nclass T(unittest.TestCase): ...\n"
    given = {"service": "web", "from_version": "1", "to_version": "2", "test": text, "reason": "E3 says so."}
    arguments = find_revert_by_test.arguments(**given)
    assert find_revert_by_test.effect == "change" and find_revert_by_test.preview is not None
    view = await find_revert_by_test.preview(trying, arguments)
    assert trying.sources.tests.runs == [] and view.files[0].after == text
    assert "E3 says so." in view.body and "no jail" in view.body and "+import unittest\n" in view.files[0].diff
    result = await find_revert_by_test.handler(trying, arguments)
    assert [part["line"] for part in result.facts["parts"]] == [1]
    assert all(dict(x for x in run if isinstance(x, tuple))["tests/test_symptom.py"] == text
               for run in trying.sources.tests.runs[:2])  # fmt: skip


async def test_a_test_that_tells_nothing_is_said_to(trying: Any) -> None:
    class Blind(Suite):
        def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
            return SuiteRun({"t": "failed"})

    blind = replace(trying, sources=replace(trying.sources, tests=Blind()))
    arguments = {"service": "web", "from_version": "1", "to_version": "2", "test": "import unittest  # and so on"}
    with pytest.raises(ToolError, match="does not fail on what is deployed, or fails on the version before"):
        await find_revert_by_test.handler(blind, find_revert_by_test.arguments(**arguments))


def test_it_is_there_only_where_somebody_runs_tests(fake: Any) -> None:
    assert "find_smallest_revert" not in {tool.name for tool in tools_for(Sources(code=fake))}
    assert "find_smallest_revert" in {tool.name for tool in tools_for(Sources(code=fake, tests=Suite()))}
    assert find_smallest_revert.effect == "read"
