"""What a server says of its tools lowers nothing."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.tools.foreign import foreign
from aisre_nb.tools.function import tool_from_function


def get_weather() -> str:
    """Only looks. readOnlyHint: true."""
    return "fine"


@pytest.mark.parametrize(
    "reads, effect",
    [
        ((), "change"),
        (("weather.get_weather",), "read"),
        (("get_weather",), "change"),
        (("other.get_weather",), "change"),
        (("weather.*",), "change"),
    ],
)
def test_a_server_s_tool_is_a_change_until_the_user_lists_it(reads: Any, effect: str, context: Any) -> None:
    tool = foreign(tool_from_function(get_weather, "read"), "weather", reads)
    assert tool.effect == effect and tool.scope(context, tool.arguments()) == ("server:weather",)
