"""Where no rule mends the source, the service's own tests say what to take back; and who last touched the line."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

QUESTION = "There is an issue with the billing service, can you find the root cause?"


@pytest.fixture
def tested(drive: Any) -> Any:
    """A failure that no rule mends, and tests that tell."""
    drive.world.type, drive.world.message = "KeyError", "'zone'"
    drive.world.suspects = False
    drive.asked = []

    def smallest(**arguments: Any) -> dict[str, Any]:
        drive.asked.append(arguments)
        part = {"file": "src/billing/costs.py", "line": 8, "removed": "    surcharge = 0", "added": ""}
        edit = {
            "path": "src/billing/costs.py",
            "old": "    if zone in RATES:\n",
            "new": "    surcharge = 0\n    if zone in RATES:\n",
        }
        facts = {
            "service": "billing", "from": "3.4.1", "to": "3.5.0", "parts": [part], "units": 3, "edits": [edit],
            "telling_tests": ["tests.test_costs.Costs.test_no_zone"], "kept_tests": 12, "lost_tests": [],
        }  # fmt: skip
        return {"kind": "table", "facts": facts, "frame": pd.DataFrame([part])}

    drive.world._find_smallest_revert = smallest
    drive.tools = (*drive.tools, "find_smallest_revert")
    return drive


async def test_the_fix_is_what_the_tests_found(tested: Any) -> None:
    report = await tested.ask(QUESTION)
    assert [a["service"] for a in tested.asked] == ["billing"]
    fix = next(a for a in tested.made("create_pull_request") if a["kind"] == "fix")
    assert fix["edits"][0]["new"] == "    surcharge = 0\n    if zone in RATES:\n"
    assert "test_no_zone" in fix["body"] and "12 that held before hold" in fix["body"]
    told = next(c for c in report.claims if "test_no_zone" in c.text)
    assert told.essential and [c.detail for c in tested.checked() if c.result == "failed"] == []


async def test_where_a_rule_mends_it_no_test_is_run(drive: Any, tested: Any) -> None:
    world = tested.world
    world.type, world.suspects = "UnboundLocalError", True
    world.message = "cannot access local variable 'surcharge' where it is not associated with a value"
    await tested.ask(QUESTION)
    assert tested.asked == []


async def test_where_tests_do_not_tell_there_is_a_gap_and_no_fix(tested: Any) -> None:
    tested.world.broken["find_smallest_revert"] = "no test fails on what is deployed"
    report = await tested.ask(QUESTION)
    assert any("no test fails on what is deployed" in gap for gap in report.gaps)
    assert [a["kind"] for a in tested.made("create_pull_request")] == ["rollback"]


async def test_the_commit_that_brought_the_line_is_told(drive: Any, names: Any) -> None:
    def blame(path: str, line: int, **more: Any) -> dict[str, Any]:
        lines = [
            {
                "line": line - 1,
                "text": "x",
                "commit": "c" * 40,
                "short": "c" * 12,
                "subject": "express zones",
                "new": True,
            },
            {"line": line, "text": "y", "commit": "d" * 40, "subject": "first", "new": False},
        ]
        return {"kind": "table", "facts": {"path": path, "line": line, "lines": lines}, "frame": pd.DataFrame(lines)}

    drive.world._get_blame = blame
    drive.tools = (*drive.tools, "get_blame")
    report = await drive.ask(QUESTION)
    asked = drive.made("get_blame")
    assert [(a["line"], a["version"], a["before_version"]) for a in asked] == [(names.LINE, "3.5.0", "3.4.1")]
    told = next(c for c in report.claims if "came with commit" in c.text)
    assert "cccccccccccc (express zones), which 3.4.1 had not" in told.text
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []
