"""What the user's next cell works with."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, UsageError
from aisre_nb.notebook.handle import Handle
from aisre_nb.tools.registry import Registry


@pytest.fixture
def handle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Handle:
    monkeypatch.chdir(tmp_path)
    return Handle()


def _investigated(handle: Handle) -> Any:
    result = SimpleNamespace(id="E1", title="alerts", summary="2 fire")
    found: Any = SimpleNamespace(evidence={"E1": result}, steps=[1, 2], registry=Registry())
    handle.investigation = found
    return found


@pytest.mark.parametrize("name", ["last", "E"])
def test_before_a_question_it_says_what_to_do(name: str, handle: Handle) -> None:
    with pytest.raises(UsageError, match="nothing was investigated yet"):
        getattr(handle, name)
    assert repr(handle) == "sre: nothing was investigated yet; %sre help"


def test_evidence_is_found_by_its_id_and_a_wrong_one_is_told_which_there_are(handle: Handle) -> None:
    found = _investigated(handle)
    assert handle.E["E1"] is found.evidence["E1"] and list(handle.E) == ["E1"] and "E2" not in handle.E
    assert repr(handle.E) == "E1   alerts: 2 fire"
    with pytest.raises(UsageError, match="there is no E2") as wrong:
        handle.E["E2"]
    assert "E1" in str(wrong.value)
    assert repr(handle).startswith("sre: 1 results, 2 steps")


def test_what_was_typed_last_counts_most(handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("aisre.toml").write_text("max_steps = 3\n")
    assert handle.settings.max_steps == 3
    monkeypatch.setenv("AISRE_MAX_STEPS", "4")
    assert handle.settings.max_steps == 4
    handle.configured = lambda: {"max_steps": 5, "model": None}
    assert handle.settings.max_steps == 5
    handle.chosen["max_steps"] = 6
    assert handle.settings.max_steps == 6


def test_a_wrong_setting_is_refused_with_its_place(handle: Handle) -> None:
    Path("aisre.toml").write_text("approve = 'yes'\n")
    with pytest.raises(ConfigurationError, match=r"aisre\.toml: approve = 'yes': 'yes' is not a policy"):
        _ = handle.settings


def test_a_function_is_a_tool_of_the_next_investigation_and_of_this_one(handle: Handle) -> None:
    found = _investigated(handle)

    @handle.tool
    def look(rows: int = 3) -> str:
        """Looks."""
        return "x" * rows

    @handle.tool(effect="change")
    def alter(title: str) -> str:
        """Alters."""
        return title

    assert look(2) == "xx" and alter("t") == "t"
    for registry in (handle.registry(), found.registry):
        assert (registry.get("look").effect, registry.get("alter").effect) == ("read", "change")
    assert "get_alerts" in handle.registry().names()
