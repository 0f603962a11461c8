"""Incidents and who is on call, as they lie in the folder."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aisre_nb.sandbox.services import SERVICES


def _incidents(case: Any) -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted((case.folder / "incidents").glob("INC-*.json"))]


def test_an_incident_is_open_when_something_critical_fires(case, healthy):
    [now] = [incident for incident in _incidents(case) if incident["status"] == "open"]
    firing = [a for a in case.json("alerts.json") if a["labels"]["severity"] == "critical"]
    first = min(firing, key=lambda alert: str(alert["startsAt"]))
    assert now["service"] == first["labels"]["service"]
    assert set(now["alerts"]) == {alert["labels"]["alertname"] for alert in firing} >= {"HighErrorRate"}
    assert now["opened_at"] > case.truth["onset"] and now["timeline"][0]["at"] == now["opened_at"]
    assert [i["status"] for i in _incidents(healthy)] == ["resolved", "resolved"]


def test_older_incidents_were_resolved_and_say_how(case):
    old = [incident for incident in _incidents(case) if incident["status"] == "resolved"]
    assert len(old) == 2 and len({incident["title"] for incident in old}) == 2
    start = case.json("manifest.json")["start"]
    for incident in old:
        assert incident["summary"] and incident["opened_at"] < incident["timeline"][-1]["at"] < start
        assert incident["service"] in {service.name for service in SERVICES}


def test_an_incident_lies_in_the_file_of_its_name(case):
    for file in (case.folder / "incidents").iterdir():
        assert json.loads(file.read_text())["id"] == file.stem
    assert len({incident["id"] for incident in _incidents(case)}) == 3


@pytest.mark.parametrize("world", ["case", "other"])
def test_somebody_is_on_call_for_every_service(world: str, request: pytest.FixtureRequest):
    case = request.getfixturevalue(world)
    rotations = case.json("on_call.json")["rotations"]
    covered = [name for rotation in rotations for name in rotation["services"]]
    assert len(covered) == len(set(covered)) == len(SERVICES) and set(covered) >= set(case.spans.ServiceName)
    for rotation in rotations:
        assert rotation["primary"] and rotation["secondary"] != rotation["primary"]
        assert rotation["until"] > case.json("manifest.json")["now"]
