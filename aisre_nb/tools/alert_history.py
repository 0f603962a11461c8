"""Which alerts fired when, also those that are over. Offered where something remembers them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_TOLD = 40


class GetAlertHistory(Windowed):
    """Arguments of `get_alert_history`."""

    service: str | None = Field(None, description="Only this service's alerts.")
    alert: str | None = Field(None, description="Only the alert of this name.")


async def _get_alert_history(context: ToolContext, arguments: GetAlertHistory) -> ToolResult:
    window = arguments.window(context, "24h")
    answer = await configured(context.sources.history, "the history of alerts").alert_history(window)
    frame = answer.frame
    for column in ("service", "alert"):
        wanted = getattr(arguments, column)
        if wanted:
            frame = frame[frame[column] == wanted].reset_index(drop=True)
    frame = frame.copy()
    frame.attrs = {}
    rows = [_told(row) for row in frame.head(_TOLD).to_dict("records")]
    often = frame["alert"].value_counts().head(4).to_dict()
    said = f"{len(frame)} alerts fired" + (f": {', '.join(f'{name} {count}×' for name, count in often.items())}")
    return ToolResult(
        "table",
        "Alerts that fired",
        said if len(frame) else "no alert fired in this window",
        frame,
        {"fired": len(frame), "alerts": rows},
        answer.source,
        answer.query,
        window,
        link=answer.link,
        notes=answer.notes,
    )


def _told(row: dict[Any, Any]) -> dict[str, str | None]:
    ended = rfc3339(row["ended"]) if row["state"] == "resolved" else None
    named = {name: str(row[name]) for name in ("alert", "service", "severity", "state")}
    return {**named, "from": rfc3339(row["time"]), "to": ended}


get_alert_history = Tool(
    "get_alert_history",
    "Alerts that fired in a window, with from when to when. Use it to see whether this happened before, and which "
    "alert came first.",
    GetAlertHistory,
    _get_alert_history,
    estimates=True,
)
