"""Alerts that fire now, and those that fired a while ago: from who knows the one, and who remembers the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError
from aisre_nb.sources.alert_rows import COLUMNS
from aisre_nb.sources.base import AlertSource, Answer
from aisre_nb.sources.monitoring import AlertHistory
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

_BACK = timedelta(hours=6)


class AlertsOverTime:
    """An `AlertSource`. Where nobody tells what fires now, or it does not answer, the history tells that too."""

    def __init__(self, alerts: AlertSource | None, history: AlertHistory) -> None:
        self._alerts = alerts
        self._history = history

    async def alerts(self, at: datetime) -> Answer:
        """See `AlertSource.alerts`; what is over by now began or ended in the last six hours."""
        now: Answer | None = None
        failed: AisreError | None = None
        if self._alerts is not None:
            try:
                now = await self._alerts.alerts(at)
            except AisreError as error:
                failed = error
        try:
            before = await self._history.alert_history(Window(at - _BACK, at))
        except AisreError as error:
            if now is None:
                raise failed or error from None
            return replace(now, notes=(*now.notes, f"the history of alerts is not known: {error}"))
        return _joined(now, before, [f"{failed}; these alerts are from the history"] if failed else [])


def _joined(now: Answer | None, before: Answer, notes: list[str]) -> Answer:
    import pandas as pd

    past = before.frame.assign(fingerprint="")
    runbooks: dict[str, str] = dict(before.frame.attrs.get("runbooks") or {})
    if now is None:
        frame = _sorted(past[COLUMNS], runbooks)
        return Answer(frame, before.query, before.source, len(frame), (*notes, *before.notes), before.link)
    firing = {_key(row) for row in now.frame[now.frame["state"] != "resolved"].to_dict("records")}
    past = past[past["state"] == "resolved"]
    is_over = pd.Series([_key(row) not in firing for row in past.to_dict("records")], past.index, dtype=bool)
    over = past.loc[is_over, COLUMNS]
    runbooks |= dict(now.frame.attrs.get("runbooks") or {})
    both = [frame for frame in (now.frame, over) if len(frame)]
    frame = _sorted(pd.concat(both, ignore_index=True) if both else now.frame, runbooks)
    query = f"{now.query}\n\n{before.query}"
    return Answer(frame, query, f"{now.source}, {before.source}", len(frame), (*now.notes, *before.notes), now.link)


def _key(row: dict[Any, Any]) -> tuple[str, ...]:
    return (str(row["alert"]), *(f"{k}={v}" for k, v in sorted(dict(row["labels"]).items())))


def _sorted(frame: pd.DataFrame, runbooks: dict[str, str]) -> pd.DataFrame:
    found = frame.sort_values("time", ascending=False, ignore_index=True)
    found.attrs = {"runbooks": runbooks}
    return found
