"""An earlier result, read further."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.tools.earlier import read_evidence

FRUIT = pd.DataFrame({"name": ["apple", "pear", "Pineapple", "fig"] * 30, "n": range(120)})


async def _read(context: Any, **given: Any) -> Any:
    return await read_evidence.handler(context, read_evidence.arguments(id="E1", **given))


async def test_rows_are_paged_and_counted(with_evidence: Any) -> None:
    result = await _read(with_evidence(FRUIT), offset=100, limit=50, columns=["n"])
    assert result.frame["n"].tolist() == list(range(100, 120)) and list(result.frame) == ["n"]
    assert result.facts == {"of": "E1", "rows": 120, "offset": 100} and result.query == "the query"


async def test_rows_are_narrowed_by_value_and_by_text(with_evidence: Any) -> None:
    assert (await _read(with_evidence(FRUIT), where={"n": "3"})).frame["name"].tolist() == ["fig"]
    assert (await _read(with_evidence(FRUIT), contains="APPLE")).facts["rows"] == 60
    assert (await _read(with_evidence(FRUIT), contains="(")).facts["rows"] == 0


@pytest.mark.parametrize("frame", [None, pd.DataFrame(), FRUIT.head(0)])
async def test_an_empty_result_is_read_without_an_error(with_evidence: Any, frame: pd.DataFrame | None) -> None:
    assert (await _read(with_evidence(frame), contains="x")).facts["rows"] == 0


async def test_what_is_not_there_is_answered_with_what_is(with_evidence: Any, context: Any) -> None:
    with pytest.raises(ToolError, match="no column 'colour' → its columns are name, n"):
        await _read(with_evidence(FRUIT), where={"colour": "red"})
    with pytest.raises(ToolError, match="there is no E1 → there are none yet"):
        await _read(context)
