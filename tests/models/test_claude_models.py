"""Which model is used where none is named."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from aisre_nb.errors import ModelUnavailable

GOOD = {"blocks": [{"type": "text", "text": "x"}]}


async def test_the_newest_opus_is_looked_up_once(api: Any, claude: Any, ask: Any) -> None:
    api.script += [GOOD, GOOD]
    lines: list[str] = []
    model = claude(None, on_status=lines.append)
    assert model.name == "claude"
    turn = await model.turn(ask(), lambda _: None)
    await model.turn(ask(), lambda _: None)
    assert model.name == turn.model == api.requests[0]["model"] == "claude-opus-5-5" and api.listed == 1
    assert lines == ["claude-opus-5-5 answers"]


async def test_the_user_hears_that_a_price_is_not_known(
    api: Any, claude: Any, ask: Any, messages_server: ModuleType
) -> None:
    api.models[:] = [messages_server.model_info("claude-opus-9", "opus", "2028-01-01T00:00:00Z")]
    api.script += [GOOD]
    said: list[str] = []
    turn = await claude(None).turn(ask(), said.append)
    assert "price is not known" in said[0] and turn.usage.cost_usd == 0 and turn.usage.input_tokens == 100


@pytest.mark.parametrize(
    ("changes", "chosen"),
    [
        ({"lifecycle": "deprecated"}, "claude-sonnet-9"),
        ({"max_input_tokens": 100_000}, "claude-sonnet-9"),
        ({"adaptive": False}, "claude-sonnet-9"),
        ({"max_input_tokens": None, "adaptive": None}, "claude-opus-9"),
    ],
    ids=["deprecated", "small window", "no adaptive thinking", "nothing said"],
)
async def test_what_does_not_suit_is_passed_over(
    api: Any, claude: Any, ask: Any, messages_server: ModuleType, changes: dict[str, Any], chosen: str
) -> None:
    info = messages_server.model_info
    api.models[:] = [
        info("claude-opus-9", "opus", "2028-01-01T00:00:00Z", **changes),
        info("claude-new-9", None, "2029-01-01T00:00:00Z"),
        info("claude-sonnet-9", "sonnet", "2027-01-01T00:00:00Z"),
        info("claude-sonnet-8", "sonnet", "2026-01-01T00:00:00Z"),
    ]
    model = claude(None)
    api.script += [GOOD]
    await model.turn(ask(), lambda _: None)
    assert model.name == chosen


async def test_nothing_that_suits_names_what_is_listed(api: Any, claude: Any, ask: Any) -> None:
    api.models[:] = [model for model in api.models if model["lifecycle"] == "deprecated"]
    with pytest.raises(ModelUnavailable, match=r"no active model.*it lists claude-sonnet-4-5 → name one"):
        await claude(None).turn(ask(), lambda _: None)


async def test_one_answer_is_never_longer_than_the_model_can(
    api: Any, claude: Any, ask: Any, messages_server: ModuleType
) -> None:
    api.models[:] = [messages_server.model_info("claude-opus-5-5", "opus", "2026-09-22T00:00:00Z", max_tokens=8000)]
    api.script += [GOOD]
    await claude().turn(ask(), lambda _: None)
    assert api.requests[0]["max_tokens"] == 8000
