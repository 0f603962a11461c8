"""Who knows what fires now, and who remembers what fired: together, and each without the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.alert_rows import COLUMNS
from aisre_nb.sources.alerts_over_time import AlertsOverTime
from aisre_nb.sources.base import Answer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _row(alert: str, minutes: int, state: str, **more: Any) -> dict[str, Any]:
    labels = {"alertname": alert, "service": "cart"}
    return {"time": pd.Timestamp(NOW - timedelta(minutes=minutes)), "alert": alert, "service": "cart", "severity": "",
            "state": state, "summary": "", "fingerprint": "f", "labels": labels, **more}  # fmt: skip


class _Asked:
    def __init__(self, rows: list[dict[str, Any]] | None, name: str) -> None:
        self._rows, self._name = rows, name

    async def _answer(self) -> Answer:
        if self._rows is None:
            raise SourceUnreachable(f"{self._name} is down", "start it")
        frame = pd.DataFrame(self._rows, columns=[*COLUMNS, "ended"])
        frame.attrs["runbooks"] = {self._name: "x.md"}
        return Answer(frame, f"ask {self._name}", self._name)

    async def alerts(self, at: datetime) -> Answer:
        return await self._answer()

    async def alert_history(self, window: Any) -> Answer:
        assert window.end == NOW
        return await self._answer()


FIRING = [_row("A", 10, "firing"), _row("B", 20, "suppressed")]
PAST = [_row("A", 10, "firing"), _row("A", 90, "resolved"), _row("B", 100, "resolved"), _row("C", 50, "resolved")]


async def _states(now: Any, past: Any) -> tuple[list[tuple[str, str]], Answer]:
    source = AlertsOverTime(None if now == "none" else _Asked(now, "now"), _Asked(past, "past"))
    answer = await source.alerts(NOW)
    assert list(answer.frame.columns)[:8] == COLUMNS and answer.frame["time"].is_monotonic_decreasing
    return list(zip(answer.frame["alert"], answer.frame["state"], strict=True)), answer


async def test_what_is_over_stands_beside_what_fires_once() -> None:
    found, answer = await _states(FIRING, PAST)
    assert found == [("A", "firing"), ("B", "suppressed"), ("C", "resolved")]
    assert (answer.query, answer.source) == ("ask now\n\nask past", "now, past")
    assert answer.frame.attrs["runbooks"] == {"now": "x.md", "past": "x.md"}


async def test_each_stands_in_for_the_other_and_says_so() -> None:
    found, answer = await _states(FIRING, None)
    assert found == [("A", "firing"), ("B", "suppressed")]
    assert answer.notes == ("the history of alerts is not known: past is down → start it",)
    found, answer = await _states(None, PAST)
    assert ("A", "firing") in found and len(found) == 4
    assert answer.notes == ("now is down → start it; these alerts are from the history",)
    found, answer = await _states("none", PAST)
    assert len(found) == 4 and answer.notes == ()
    with pytest.raises(SourceUnreachable, match="now is down"):
        await _states(None, None)
    assert (await _states([], []))[0] == []
