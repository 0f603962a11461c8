"""When trouble began, where nobody told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aisre_nb.analysis.traces.begun import begun
from aisre_nb.analysis.traces.visits import visits

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)
START, END = ONSET - timedelta(minutes=30), ONSET + timedelta(minutes=5)


@pytest.mark.parametrize("fault", [{"own_ms": {"back": 300.0}}, {"error": "side"}])
def test_it_is_found_within_a_slice(chain: Callable[..., Any], fault: dict[str, Any]) -> None:
    spans, logs = chain(**fault)
    at = begun(visits(spans), logs, START, END)
    assert at is not None and abs(at - ONSET) <= timedelta(seconds=40)


def test_where_nothing_rose_or_there_is_nothing_nobody_knows(chain: Callable[..., Any]) -> None:
    spans, logs = chain()
    assert begun(visits(spans), logs, START, END) is None
    assert begun(visits(spans.head(0)), None, START, END) is None
    assert begun(visits(spans.head(2)), logs.head(2), START, END) is None
