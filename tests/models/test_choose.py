"""From a name to a model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.choose import choose, explain
from aisre_nb.record.events import ModelTurn

KEY = {"ANTHROPIC_API_KEY": "sk-x"}


def test_without_a_key_the_built_in_investigator_answers_and_says_how_to_have_claude() -> None:
    for environ in ({}, {"ANTHROPIC_API_KEY": ""}):
        model = choose(None, environ)
        assert model.name == "builtin"
    line = explain(model)
    assert "ANTHROPIC_API_KEY" in line and "%sre model claude" in line and "\n" not in line


@pytest.mark.parametrize("environ", [KEY, {"ANTHROPIC_AUTH_TOKEN": "t"}, {**KEY, "ANTHROPIC_AUTH_TOKEN": "t"}])
async def test_with_a_key_claude_answers(environ: dict[str, str]) -> None:
    model = choose(None, environ)
    assert model.name == "claude" and "newest" in explain(model)
    await model.close()


async def test_a_name_wins_over_the_key() -> None:
    assert choose("builtin", KEY).name == "builtin"
    model = choose(" claude-opus-5-5 ", KEY)
    assert model.name == "claude-opus-5-5" and "claude-opus-5-5" in explain(model)
    await model.close()


async def test_an_unknown_price_is_said() -> None:
    model = choose("claude-next-9", KEY)
    assert "price is not known" in explain(model) and "max_usd" in explain(model)
    await model.close()


def test_claude_without_a_key_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="no key for Claude"):
        choose("claude", {})


def test_a_record_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(ModelTurn(n=1, text="x", calls=[]).model_dump_json(), encoding="utf-8")
    model = choose(f"recorded:{tmp_path}", KEY)
    assert model.name == "recorded" and "1 turns" in explain(model)


@pytest.mark.parametrize("name", ["claud", "gpt", "recorded:", "opus", "built-in"])
def test_an_unknown_name_lists_what_can_be_written(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"builtin, claude, claude-…, recorded:PATH"):
        choose(name, {})
    with pytest.raises(ModelUnavailable, match="did you mean claude"):
        choose("claud", {})


def test_the_sdk_is_loaded_for_claude_alone() -> None:
    code = (
        "import sys; from aisre_nb.models.choose import *\n"
        "explain(choose(None, {})); explain(choose('ollama:x', {}, {}, 'builtin'))\n"
        "import aisre_nb.models.claude, aisre_nb.models.claude_platforms\n"
        "import aisre_nb.models.listing, aisre_nb.models.recorded\n"
        "print('anthropic' in sys.modules, 'httpx2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False False", done.stderr
