"""Incidents, as the agent reads and updates them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aisre_nb.errors import ToolError
from aisre_nb.sources.incident_files import IncidentFiles
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.incidents import get_incident, get_on_call, list_incidents, update_incident
from aisre_nb.tools.registry import tools_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incidents").mkdir()
    for id, status, service in (("INC-1", "open", "web"), ("INC-2", "resolved", "till")):
        told = {"id": id, "title": f"{service} is slow", "severity": "sev2", "status": status, "service": service,
                "opened_at": "2026-03-01T11:40:00Z", "commander": "Ada", "summary": "", "timeline": []}  # fmt: skip
        (tmp_path / "incidents" / f"{id}.json").write_text(json.dumps(told))
    rotation = {"team": "shop", "services": ["web"], "primary": "Ada", "secondary": "Grace",
                "until": "2026-03-02T08:00:00Z"}  # fmt: skip
    (tmp_path / "on_call.json").write_text(json.dumps({"rotations": [rotation]}))
    return tmp_path


@pytest.fixture
def known(context: Any, folder: Path) -> Any:
    return replace(context, sources=replace(context.sources, incidents=IncidentFiles(folder)))


async def test_the_open_ones_are_listed(known: Any) -> None:
    result = await list_incidents.handler(known, list_incidents.arguments(status="open"))
    assert result.summary == "1 incident: INC-1 sev2 open: web is slow"
    assert [i["id"] for i in result.facts["incidents"]] == ["INC-1"]
    both = await list_incidents.handler(known, list_incidents.arguments())
    assert both.frame is not None and len(both.frame) == 2


async def test_one_is_read_and_who_is_on_call_is_named(known: Any) -> None:
    result = await get_incident.handler(known, get_incident.arguments(id="INC-2"))
    assert result.facts["incident"]["service"] == "till" and result.title == "INC-2: till is slow"
    on_call = await get_on_call.handler(known, get_on_call.arguments(service="web"))
    assert on_call.summary == "shop: Ada, then Grace"
    with pytest.raises(ToolError, match="nobody is on call for 'till' → the services are web"):
        await get_on_call.handler(known, get_on_call.arguments(service="till"))


async def test_an_update_shows_the_text_before_and_after_and_then_writes_it(known: Any, folder: Path) -> None:
    arguments = update_incident.arguments(id="INC-1", note="Rolled back.", status="mitigated")
    assert update_incident.preview is not None and update_incident.effect == "change"
    view = await update_incident.preview(known, arguments)
    assert view == await update_incident.preview(known, arguments) and view.scope == "incident INC-1"
    assert view.editable == ("note",) and '- "status": "open"' not in (view.files[0].after or "")
    result = await update_incident.handler(known, arguments)
    assert (folder / "incidents" / "INC-1.json").read_text() == view.files[0].after
    assert result.facts["incident"]["timeline"][0]["at"] == "2026-03-01T12:00:00Z"
    with pytest.raises(ToolError, match="INC-1 says all of that already"):
        await update_incident.preview(known, arguments)


@pytest.mark.parametrize("given", [{}, {"status": "closed"}, {"severity": "sev9"}, {"title": ""}])
def test_an_update_of_nothing_or_to_what_there_is_not_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        update_incident.arguments(id="INC-1", **given)


def test_they_are_offered_where_somebody_keeps_incidents(folder: Path) -> None:
    names = [tool.name for tool in tools_for(Sources(incidents=IncidentFiles(folder)))]
    assert names == ["list_incidents", "get_incident", "get_on_call", "update_incident", "undo_action"]
