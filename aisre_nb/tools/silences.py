"""Silences and groups of alerts. Making a silence is a change: shown, asked for, and taken back by ending it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.secrets import MASK
from aisre_nb.sources.alertmanager.silences import worded
from aisre_nb.sources.monitoring import Silence
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult

EXPIRE = "expire_silence"
"""The undo of a silence that was made."""
_REASON = "Why, with the evidence's numbers; the person who decides reads it, and it is the silence's comment."


class CreateSilence(Arguments):
    """Arguments of `create_silence`."""

    matchers: dict[str, str] = Field(
        min_length=1,
        max_length=20,
        description="Labels that an alert must have, with their values, alertname among them.",
    )
    minutes: int = Field(60, ge=1, le=1440)
    reason: str = Field(min_length=1, max_length=4000, description=_REASON)


def _silence(given: CreateSilence) -> Silence:
    if MASK.search(str(given.matchers)):
        # A model knows secrets by their placeholder only.
        raise ToolError("a secret would be replaced by its placeholder", "take other labels")
    return Silence(given.matchers, given.minutes, given.reason)


async def _preview(context: ToolContext, given: CreateSilence) -> ChangeView:
    source = configured(context.sources.silences, "silences")
    rows = await source.preview_silence(_silence(given))
    title = f"Silence {worded(given.matchers)} for {given.minutes} minutes"
    body = f"{given.reason}\n\nUndo: the silence is ended. Alerts that begin later and fit are silent too."
    return ChangeView(title, body, f"{source.name}, {len(rows)} alerts", rows=tuple(rows))


async def _create(context: ToolContext, given: CreateSilence) -> ToolResult:
    import pandas as pd

    source = configured(context.sources.silences, "silences")
    view = await _preview(context, given)
    if context.approved is not None and context.approved.rows != view.rows:
        raise ChangeConflict("the alerts are not those that were shown any more; nothing ran", "propose it again")
    id = await source.silence(_silence(given))
    facts: dict[str, Any] = {
        "silence": id,
        "matchers": dict(given.matchers),
        "minutes": given.minutes,
        "undo": {"action": EXPIRE, "id": id},
        "undoes": None,
    }
    frame = pd.DataFrame(view.rows, columns=["what", "before", "after"])
    said = f"silence {id} is made; {len(view.rows)} alert{'' if len(view.rows) == 1 else 's'} notify nobody"
    return ToolResult("table", view.title, said, frame, facts, source.name, "POST /api/v2/silences")


async def preview_expire(context: ToolContext, id: str, reason: str) -> ChangeView:
    """What ending a silence changes."""
    source = configured(context.sources.silences, "silences")
    return ChangeView(
        "End a silence", reason, f"{source.name}, silence {id}", rows=tuple(await source.preview_expire(id))
    )


async def expire(context: ToolContext, id: str, step: str) -> ToolResult:
    """End it."""
    source = configured(context.sources.silences, "silences")
    await source.preview_expire(id)
    await source.expire(id)
    facts: dict[str, Any] = {"undoes": step, "undo": None}
    said = f"the silence {id} is ended"
    return ToolResult("text", said.capitalize(), said, None, facts, source.name, f"DELETE /api/v2/silence/{id}")


def _scope(context: ToolContext, given: CreateSilence) -> tuple[str, ...]:
    return (f"alert:{','.join(f'{name}={value}' for name, value in sorted(given.matchers.items()))}",)


class GetSilences(Arguments):
    """Arguments of `get_silences`."""

    expired: bool = Field(False, description="Also those that are over.")


async def _get_silences(context: ToolContext, arguments: GetSilences) -> ToolResult:
    answer = await configured(context.sources.silences, "silences").silences(context.now)
    frame = answer.frame
    if not arguments.expired:
        frame = frame[frame["state"] != "expired"].reset_index(drop=True)
    active = [
        {name: str(row[name]) for name in ("id", "matchers", "author", "comment")} | {"ends": rfc3339(row["ends"])}
        for row in frame[frame["state"] == "active"].to_dict("records")
    ]
    said = (
        f"{len(active)} in force: {'; '.join(row['matchers'] for row in active[:4])}" if active else "none is in force"
    )
    return ToolResult("table", "Silences", said, frame, {"active": active}, answer.source, answer.query,
                      link=answer.link, notes=answer.notes)  # fmt: skip


class GetAlertGroups(Arguments):
    """Arguments of `get_alert_groups`."""


async def _get_alert_groups(context: ToolContext, arguments: GetAlertGroups) -> ToolResult:
    answer = await configured(context.sources.silences, "groups of alerts").groups()
    frame = answer.frame
    largest = "; ".join(f"{row.group}: {row.alerts} for {row.receiver}" for row in frame.head(3).itertuples())
    said = f"{len(frame)} groups; {largest}" if len(frame) else "no alert fires"
    return ToolResult("table", "Groups of alerts", said, frame, {"groups": len(frame)}, answer.source, answer.query,
                      link=answer.link, notes=answer.notes)  # fmt: skip


create_silence = Tool(
    "create_silence",
    "Keep alerts that people know of from notifying for some time. It mends nothing. A person sees which alerts it "
    "fits and decides.",
    CreateSilence,
    _create,
    "change",
    _preview,
    _scope,
    moves=True,
)
get_silences = Tool(
    "get_silences",
    "What keeps alerts from notifying: silences, until when, by whom and why. Use it where an alert that should fire "
    "does not notify.",
    GetSilences,
    _get_silences,
)
get_alert_groups = Tool(
    "get_alert_groups",
    "How alerts are bundled for whom: the groups that fire together, with their receivers.",
    GetAlertGroups,
    _get_alert_groups,
)
