"""What answers in Alertmanager's place is a source that failed, and malformed alerts are left out with a note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.monitoring import Silence
from aisre_nb.sources.open import open_sources
from tests.sources.over_http.faulty import Faulty

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    made = Faulty()
    yield made
    made.close()


@pytest.mark.parametrize("told", [None, {}, "x", 7])
async def test_another_shape_is_one_line(faulty: Faulty, tmp_path: Path, told: Any) -> None:
    faulty.answer = lambda path: told
    sources = open_sources({"a": {"type": "alertmanager", "url": faulty.url}}, tmp_path)
    assert sources.alerts is not None and sources.silences is not None
    silence = Silence({"a": "b"}, 5, "c")
    for ask in (
        sources.alerts.alerts(NOW),
        sources.silences.silences(NOW),
        sources.silences.groups(),
        sources.silences.preview_silence(silence),
        sources.silences.silence(silence),
    ):
        with pytest.raises(SourceUnreachable, match=r"^a \(127"):
            await ask
    await sources.all[0].close()


async def test_what_is_no_alert_and_no_silence_is_left_out(faulty: Faulty, tmp_path: Path) -> None:
    good = {"labels": {"alertname": "A"}, "startsAt": "2026-04-30T00:00:00Z"}
    faulty.answer = lambda path: [good, 7, None, {}, {"labels": 3, "startsAt": "x"}, {**good, "startsAt": "never"}]
    sources = open_sources({"a": {"type": "alertmanager", "url": faulty.url}}, tmp_path)
    assert sources.alerts is not None and sources.silences is not None
    found = await sources.alerts.alerts(NOW)
    assert found.frame["alert"].tolist() == ["A"] and found.notes == ("5 of 6 alerts in a are malformed and left out",)
    assert (await sources.silences.silences(NOW)).frame.empty and (await sources.silences.groups()).frame.empty
    await sources.all[0].close()
