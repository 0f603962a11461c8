from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, SourceUnreachable
from aisre_nb.sources.open import open_case, open_sources


async def test_a_case_is_its_telemetry_and_its_repository(repository: Any, telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    (telemetry.folder / "manifest.json").write_text(json.dumps({"now": "2026-11-23T11:00:00Z", "question": "Why?"}))
    sources = open_case(telemetry.folder)
    assert [source.name for source in sources.all] == ["telemetry", "repository"]
    assert sources.alerts is sources.logs is sources.all[0]
    assert sources.code is sources.all[1]
    assert list(sources.changes) == list(sources.all)
    assert (sources.now, sources.question, sources.notes) == (telemetry.at(3600), "Why?", ())
    await sources.all[0].close()


async def test_telemetry_without_a_repository_is_whole(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    sources = open_case(telemetry.folder)
    assert sources.code is None
    assert sources.notes == ()
    await sources.all[0].close()


async def test_what_does_not_open_is_a_note(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    (telemetry.folder / "repository").mkdir()
    sources = open_case(telemetry.folder)
    assert sources.code is None
    assert len(sources.notes) == 1
    assert "not a git repository" in sources.notes[0]
    await sources.all[0].close()


async def test_without_git_the_telemetry_goes_on(
    repository: Any, telemetry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    monkeypatch.setenv("PATH", os.devnull)
    sources = open_case(telemetry.folder)
    assert sources.logs is not None
    assert "install git" in sources.notes[0]
    await sources.all[0].close()


def test_a_repository_alone_is_a_case(repository: Any) -> None:
    sources = open_case(repository.folder.parent)
    assert sources.code is not None
    assert sources.logs is None
    assert "holds no telemetry" in sources.notes[0]


def test_no_such_folder_and_nothing_in_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no folder .* → "):
        open_case(tmp_path / "nothing")
    with pytest.raises(SourceUnreachable, match="holds no telemetry"):
        open_case(tmp_path)


async def test_configured_sources_start_from_the_settings_folder(repository: Any, telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    specs = {"shop": {"type": "folder", "path": "case"}, "code": {"type": "git", "path": "case/repository"}}
    sources = open_sources(specs, telemetry.folder.parent)
    assert [source.name for source in sources.all] == ["shop", "code"]
    await sources.all[0].close()


async def test_a_missing_one_among_the_configured_is_a_note(telemetry: Any) -> None:
    telemetry.table("otel_logs", [telemetry.log(1, "x")])
    specs = {"shop": {"type": "folder", "path": "case"}, "code": {"type": "git", "path": "nowhere"}}
    sources = open_sources(specs, telemetry.folder.parent)
    assert sources.code is None
    assert sources.notes[0].startswith("code: there is no folder")
    await sources.all[0].close()


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"type": "oracle", "path": "x"}, "type 'oracle'"),
        ({"type": "git"}, "has no path"),
        ({"type": "git", "path": "x", "brunch": "main"}, "brunch"),
    ],
)
def test_a_wrong_setting_is_refused(tmp_path: Path, spec: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        open_sources({"shop": spec}, tmp_path)


def test_no_source_at_all_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="no source is configured"):
        open_sources({}, tmp_path)
