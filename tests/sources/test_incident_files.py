"""Incidents that people and the agent write into the same files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ChangeConflict, SignalMissing, SourceUnreachable, ToolError
from aisre_nb.sources.incident_files import IncidentFiles
from aisre_nb.sources.incident_source import IncidentUpdate
from aisre_nb.sources.open import open_case

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
INCIDENT = {
    "id": "INC-7", "title": "Baskets are empty", "severity": "sev2", "status": "open",
    "opened_at": "2026-03-01T11:40:00Z", "service": "basket", "commander": "Ada", "summary": "",
    "timeline": [{"at": "2026-03-01T11:41:00Z", "author": "Ada", "text": "Looking."}], "alerts": ["TooManyErrors"],
}  # fmt: skip
UPDATE = IncidentUpdate("INC-7", NOW, {"status": "mitigated"}, "Rolled back.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "INC-7.json").write_text(json.dumps(INCIDENT))
    older = INCIDENT | {"id": "INC-2", "opened_at": "2026-01-01T00:00:00Z", "status": "resolved"}
    (tmp_path / "incidents" / "INC-2.json").write_text(json.dumps(older))
    rotation = {"team": "shop", "services": ["basket", "till"], "primary": "Ada", "secondary": "Grace",
                "until": "2026-03-02T08:00:00Z"}  # fmt: skip
    (tmp_path / "on_call.json").write_text(json.dumps({"rotations": [rotation]}))
    return tmp_path


def _told(folder: Path) -> Any:
    return json.loads((folder / "incidents" / "INC-7.json").read_text())


async def test_the_newest_comes_first_and_a_broken_file_is_a_note(folder: Path) -> None:
    (folder / "incidents" / "INC-9.json").write_text("[1, 2")
    answer = await IncidentFiles(folder).incidents()
    assert list(answer.frame["id"]) == ["INC-7", "INC-2"]
    assert len(answer.notes) == 1 and answer.notes[0].startswith("INC-9.json cannot be read")


async def test_one_is_its_timeline_and_all_of_it(folder: Path) -> None:
    answer = await IncidentFiles(folder).incident("INC-7")
    assert answer.frame["text"].tolist() == ["Looking."] and answer.frame.attrs["incident"] == INCIDENT


@pytest.mark.parametrize("id", ["INC-8", "../on_call", "/etc/passwd", ""])
async def test_an_id_is_no_path(folder: Path, id: str) -> None:
    with pytest.raises(ToolError, match="there are INC-2, INC-7"):
        await IncidentFiles(folder).incident(id)


async def test_an_update_is_shown_then_written_as_it_was_shown(folder: Path) -> None:
    source = IncidentFiles(folder)
    shown = await source.preview_update(UPDATE)
    assert _told(folder) == INCIDENT and '+ "status": "mitigated"' in shown.diff
    await source.update(replace(UPDATE, before=shown.before))
    assert (folder / "incidents" / "INC-7.json").read_text() == shown.after
    entry = {"at": "2026-03-01T12:00:00Z", "author": "aisre-nb", "text": "Rolled back."}
    assert _told(folder) == INCIDENT | {"status": "mitigated", "timeline": [*INCIDENT["timeline"], entry]}
    assert sorted(f.name for f in (folder / "incidents").iterdir()) == ["INC-2.json", "INC-7.json"]


async def test_what_it_says_already_is_not_written_twice(folder: Path) -> None:
    source = IncidentFiles(folder)
    await source.update(UPDATE)
    before = (folder / "incidents" / "INC-7.json").read_text()
    with pytest.raises(ToolError, match="INC-7 says all of that already"):
        await source.update(UPDATE)
    assert (folder / "incidents" / "INC-7.json").read_text() == before


async def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(folder: Path) -> None:
    source = IncidentFiles(folder)
    shown = await source.preview_update(UPDATE)
    (folder / "incidents" / "INC-7.json").write_text(json.dumps(INCIDENT | {"commander": "Grace"}))
    with pytest.raises(ChangeConflict, match="INC-7 was written by somebody else meanwhile"):
        await source.update(replace(UPDATE, before=shown.before))
    assert _told(folder)["commander"] == "Grace" and _told(folder)["status"] == "open"


async def test_who_is_on_call(folder: Path) -> None:
    frame = (await IncidentFiles(folder).on_call()).frame
    assert frame["primary"].tolist() == ["Ada"] and frame["services"].tolist() == [["basket", "till"]]
    (folder / "on_call.json").write_text('{"rotations": [{"team": "x"}]}')
    with pytest.raises(SourceUnreachable, match=r"on_call\.json cannot be read"):
        await IncidentFiles(folder).on_call()
    (folder / "on_call.json").unlink()
    with pytest.raises(SignalMissing, match="nobody says who is on call"):
        await IncidentFiles(folder).on_call()


async def test_a_case_folder_with_incidents_answers_for_them(folder: Path) -> None:
    (folder / "alerts.json").write_text("[]")
    assert isinstance(open_case(folder).incidents, IncidentFiles)
    (folder / "on_call.json").unlink()
    for file in (folder / "incidents").iterdir():
        file.unlink()
    (folder / "incidents").rmdir()
    assert open_case(folder).incidents is None
