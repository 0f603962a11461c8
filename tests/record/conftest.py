"""A record that is open, and evidence to keep in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.record import Record
from aisre_nb.times import Window

NOW = datetime(2026, 11, 23, 10, 0, 0, 123000, tzinfo=UTC)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    record = Record.create(tmp_path / "records", "Why is checkout slow?")
    yield record
    record.close()


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    def make(number: str = "E1", frame: pd.DataFrame | None = None, **changed: Any) -> Evidence:
        fields: dict[str, Any] = {
            "kind": "logs", "title": "t", "summary": "s", "tool": "get_logs", "arguments": {"service": "orders"},
            "source": "folder", "query": "select 1", "window": Window(NOW, NOW.replace(hour=11)), "fetched_at": NOW,
            "facts": {"records": 2, "exception": None}, "text": "read me", "link": "https://h/x", "digest": "ab",
        }  # fmt: skip
        return Evidence(id=number, frame=frame, **{**fields, **changed})

    return make
