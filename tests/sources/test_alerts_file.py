from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.alerts_file import read_alerts

AT = datetime(2026, 11, 23, 11, tzinfo=UTC)


def alert(name: str, starts: str, ends: str, state: str = "active", **labels: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "severity": "page", **labels},
        "annotations": {"summary": f"{name} is wrong"},
        "startsAt": starts, "endsAt": ends, "updatedAt": starts, "fingerprint": f"f-{name}",
        "receivers": [{"name": "web"}], "status": {"state": state, "silencedBy": [], "inhibitedBy": []},
    }  # fmt: skip


def test_states_are_those_of_the_moment(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(
        json.dumps(
            [
                alert("Open", "2026-11-23T10:30:00.123456789Z", "0001-01-01T00:00:00Z", service="shelf"),
                alert("Later", "2026-11-23T11:30:00Z", "2026-11-23T12:00:00Z"),
                alert("Over", "2026-11-23T10:00:00Z", "2026-11-23T10:10:00Z", job="lamp"),
                alert("Hushed", "2026-11-23T10:20:00Z", "2026-11-23T12:00:00Z", "suppressed", app="door"),
            ]
        )
    )
    frame, notes = read_alerts(path, AT)
    assert notes == ()
    assert frame[["alert", "state", "service"]].values.tolist() == [
        ["Open", "firing", "shelf"],
        ["Hushed", "suppressed", "door"],
        ["Over", "resolved", "lamp"],
    ]
    assert frame["summary"].iloc[0] == "Open is wrong"
    assert frame["labels"].iloc[0]["severity"] == "page"


def test_a_malformed_alert_is_left_out_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(json.dumps([alert("Open", "2026-11-23T10:30:00Z", ""), {"labels": {}}, "what", None]))
    frame, notes = read_alerts(path, AT)
    assert len(frame) == 1
    assert notes == ("3 of 4 alerts in alerts.json are malformed and left out",)


def test_no_alerts_are_an_empty_frame(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    path.write_text("[]")
    frame, _ = read_alerts(path, AT)
    assert frame.empty
    assert "fingerprint" in frame.columns


@pytest.mark.parametrize("text", ["{", '{"data": []}', ""])
def test_what_is_no_list_of_alerts_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(text)
    with pytest.raises(SourceUnreachable, match=r"alerts\.json"):
        read_alerts(path, AT)
