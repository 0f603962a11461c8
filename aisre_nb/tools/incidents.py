"""Incidents: what people know and wrote down, who is on call, and a note for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import Field, model_validator

from aisre_nb.errors import ToolError
from aisre_nb.sources.incident_source import IncidentUpdate
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult
from aisre_nb.tools.undoing import restoring

Status = Literal[
    "open",  # it goes on
    "mitigated",  # users no longer feel it; the cause may still be there
    "resolved",  # the cause is gone
]
_FIELDS = ("status", "severity", "title", "summary", "commander")


class ListIncidents(Arguments):
    """Arguments of `list_incidents`."""

    status: Status | None = Field(None, description="Only these. Leave out for all, with those of the past.")
    service: str | None = None


class GetIncident(Arguments):
    """Arguments of `get_incident`."""

    id: str = Field(description="Such as INC-1042.")


class GetOnCall(Arguments):
    """Arguments of `get_on_call`."""

    service: str | None = Field(None, description="Who answers for it. Leave out for all teams.")


class UpdateIncident(Arguments):
    """Arguments of `update_incident`."""

    id: str = Field(description="Such as INC-1042.")
    note: str = Field("", max_length=4000, description="A new entry of the timeline: what was found or done.")
    status: Status | None = None
    severity: Literal["sev1", "sev2", "sev3", "sev4"] | None = None
    title: str | None = Field(None, min_length=3, max_length=200)
    summary: str | None = Field(None, max_length=4000)
    commander: str | None = Field(None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _says_something(self) -> UpdateIncident:
        if not self.note and all(getattr(self, name) is None for name in _FIELDS):
            raise ValueError("give a note, or at least one field to change")
        return self


async def _list_incidents(context: ToolContext, arguments: ListIncidents) -> ToolResult:
    answer = await configured(context.sources.incidents, "incidents").incidents()
    frame = answer.frame
    for name in ("status", "service"):
        wanted = getattr(arguments, name)
        frame = frame[frame[name] == wanted] if wanted else frame
    frame = frame.reset_index(drop=True)
    incidents = [
        {**row, "opened_at": rfc3339(row["opened_at"]) if row["opened_at"] == row["opened_at"] else None}
        for row in frame.to_dict("records")
    ]
    named = "; ".join(f"{i['id']} {i['severity']} {i['status']}: {i['title']}" for i in incidents[:4])
    said = f"{len(incidents)} incident{'' if len(incidents) == 1 else 's'}{f': {named}' if named else ''}"
    notes = "".join(f"; {note}" for note in answer.notes)
    facts: dict[str, Any] = {"incidents": incidents}
    return ToolResult("table", "Incidents", said + notes, frame, facts, answer.source, answer.query)


async def _get_incident(context: ToolContext, arguments: GetIncident) -> ToolResult:
    answer = await configured(context.sources.incidents, "incidents").incident(arguments.id)
    return _shown(arguments.id, answer)


def _shown(id: str, answer: Any) -> ToolResult:
    told: dict[str, Any] = answer.frame.attrs["incident"]
    said = f"{told.get('severity')}, {told.get('status')}, commander {told.get('commander') or 'nobody'}"
    title = f"{id}: {told.get('title')}"
    frame = answer.frame.copy()
    frame.attrs = {}
    return ToolResult("table", title, said, frame, {"incident": told}, answer.source, answer.query)


async def _get_on_call(context: ToolContext, arguments: GetOnCall) -> ToolResult:
    answer = await configured(context.sources.incidents, "incidents").on_call()
    frame = answer.frame
    if arguments.service:
        frame = frame[[arguments.service in services for services in frame["services"]]].reset_index(drop=True)
        if frame.empty:
            known = sorted({service for services in answer.frame["services"] for service in services})
            raise ToolError(f"nobody is on call for {arguments.service!r}", f"the services are {', '.join(known)}")
    rotations = [{**row, "until": rfc3339(row["until"])} for row in frame.to_dict("records")]
    named = "; ".join(f"{r['team']}: {r['primary']}, then {r['secondary']}" for r in rotations[:6])
    frame = frame.assign(services=[", ".join(services) for services in frame["services"]])
    title = f"On call{f' for {arguments.service}' if arguments.service else ''}"
    return ToolResult("table", title, named, frame, {"rotations": rotations}, answer.source, answer.query)


def _update(context: ToolContext, arguments: UpdateIncident) -> IncidentUpdate:
    fields = {name: str(value) for name in _FIELDS if (value := getattr(arguments, name)) is not None}
    return IncidentUpdate(arguments.id, context.now, fields, arguments.note)


async def _preview(context: ToolContext, arguments: UpdateIncident) -> ChangeView:
    source = configured(context.sources.incidents, "incidents")
    change = await source.preview_update(_update(context, arguments))
    return ChangeView(f"Update {arguments.id}", "", f"incident {arguments.id}", (change,), _editable(arguments))


def _editable(arguments: UpdateIncident) -> tuple[str, ...]:
    return tuple(name for name in ("title", "summary", "note") if getattr(arguments, name))


async def _update_incident(context: ToolContext, arguments: UpdateIncident) -> ToolResult:
    source = configured(context.sources.incidents, "incidents")
    update = _update(context, arguments)
    shown = context.approved.files[0] if context.approved else await source.preview_update(update)
    result = _shown(arguments.id, await source.update(replace(update, before=shown.before)))
    undo = restoring(arguments.id, shown.before or "", shown.after or "")
    return replace(result, facts={**result.facts, "undo": undo})


def _scope(context: ToolContext, arguments: UpdateIncident) -> tuple[str, ...]:
    return (f"incident:{arguments.id}",)


list_incidents = Tool(
    "list_incidents",
    "Incidents that people opened, newest first, with severity, status and service: whether this is known already, and "
    "what happened before.",
    ListIncidents,
    _list_incidents,
)
get_incident = Tool(
    "get_incident",
    "One incident with its timeline: what people saw, tried and decided.",
    GetIncident,
    _get_incident,
)
get_on_call = Tool(
    "get_on_call",
    "Who is on call for a service, and until when. Use it to say in a report whom to ask.",
    GetOnCall,
    _get_on_call,
)
update_incident = Tool(
    "update_incident",
    "Add a note to an incident's timeline, or change its status, severity, title, summary or commander. A person sees "
    "the text before and after, and decides. What it says already is not written twice.",
    UpdateIncident,
    _update_incident,
    "change",
    _preview,
    _scope,
    moves=True,
)
