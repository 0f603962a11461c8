"""Suites: what they hold, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aisre_nb.bench.suite import suite
from aisre_nb.errors import UsageError
from aisre_nb.sandbox import scenarios


def _case(folder: Path, truth: str = '{"outcome": "no_fault", "services": []}') -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    if truth:
        (folder / "truth.json").write_text(truth)


def test_the_sandbox_has_every_scenario_at_every_seed() -> None:
    found = suite("sandbox:hard", [1, 7], repeats=2).cases
    assert len(found) == len(scenarios()) * 4 == len({case.key for case in found})
    assert all(case.hard for case in found) and {case.seed for case in found} == {1, 7}
    # Half of a run is then all cases once.
    assert [case.repeat for case in found] == sorted(case.repeat for case in found)


def test_a_folder_has_every_telemetry_folder_below_it(tmp_path: Path) -> None:
    for name in ("b", "a", "deep/er"):
        _case(tmp_path / name)
    _case(tmp_path / "a" / "inside")
    found = suite(str(tmp_path), [1]).cases
    assert [case.name for case in found] == ["a", "b", "deep/er"]
    assert [case.name for case in suite(str(tmp_path), [1], only=["b"]).cases] == ["b"]
    assert [case.name for case in suite(str(tmp_path), [1], limit=1).cases] == ["a"]
    assert [case.name for case in suite(str(tmp_path / "b"), [1]).cases] == ["b"]


@pytest.mark.parametrize("text", ["sandbox:harder", "no/such/folder"])
def test_what_is_no_suite_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="sandbox, sandbox:hard, or a folder"):
        suite(text, [1])


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    name = scenarios()[0].name
    with pytest.raises(UsageError, match=f"did you mean {name}"):
        suite("sandbox", [1], only=[name[:-1]])
    with pytest.raises(UsageError, match=r"manifest\.json"):
        suite(str(tmp_path), [1])


@pytest.mark.parametrize("truth", ["", "{", "[]", json.dumps({"outcome": "perhaps", "services": []})])
def test_a_case_that_cannot_be_scored_is_said_before_it_is_asked(tmp_path: Path, truth: str) -> None:
    _case(tmp_path / "a", truth)
    with pytest.raises(UsageError, match=r"truth\.json"):
        suite(str(tmp_path), [1])
