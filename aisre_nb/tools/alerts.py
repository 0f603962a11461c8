"""Which alerts fire."""

from __future__ import annotations

from pydantic import Field

from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult


class GetAlerts(Arguments):
    """Arguments of `get_alerts`."""

    service: str | None = Field(
        None, description="Only this service's alerts. Leave out to see all, which is better first."
    )


async def _get_alerts(context: ToolContext, arguments: GetAlerts) -> ToolResult:
    answer = await configured(context.sources.alerts, "alerts").alerts(context.now)
    frame = answer.frame
    if arguments.service:
        frame = frame[frame["service"] == arguments.service].reset_index(drop=True)
    alerts: list[dict[str, str]] = [
        {name: str(row[name]) for name in ("alert", "service", "severity", "state")}
        | {"since": rfc3339(row["time"]), "summary": str(row["summary"])}
        for row in frame.to_dict("records")
    ]
    runbooks = dict(answer.frame.attrs.get("runbooks") or {})
    for told in alerts:
        if runbook := runbooks.get(told["alert"]):
            told["runbook"] = runbook
    frame = frame.copy()
    frame.attrs = {}
    firing = [a for a in alerts if a["state"] == "firing"]
    named = "; ".join(f"{a['alert']} on {a['service']} since {a['since'][11:16]}" for a in firing[:4])
    more = f" and {len(firing) - 4} more" if len(firing) > 4 else ""
    plural = "alert fires" if len(firing) == 1 else "alerts fire"
    return ToolResult(
        "alerts",
        f"Alerts{f' of {arguments.service}' if arguments.service else ''}",
        f"{len(firing)} {plural}: {named}{more}" if firing else "no alert fires",
        frame,
        {"firing": len(firing), "alerts": alerts},
        answer.source,
        answer.query,
        link=answer.link,
        notes=answer.notes,
    )


get_alerts = Tool(
    "get_alerts",
    "The alerts that fire now, with service, severity and since when. Start here.",
    GetAlerts,
    _get_alerts,
)
