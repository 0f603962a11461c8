"""From configuration to sources; what does not open is a note, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aisre_nb.errors import ConfigurationError, SourceError, SourceUnreachable
from aisre_nb.sources.base import Sources
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.sources.incident_files import IncidentFiles
from aisre_nb.sources.link_template import checked
from aisre_nb.sources.reported import Reported
from aisre_nb.sources.telemetry_folder import TelemetryFolder

AnySource = TelemetryFolder | GitRepository

_KINDS: Mapping[str, Callable[[Path, str, str], AnySource]] = {"folder": TelemetryFolder, "git": GitRepository}


def open_case(folder: Path) -> Sources:
    """A telemetry folder, and the ``repository`` in it where there is one.

    Raises `ConfigurationError` where there is no such folder, `SourceUnreachable` where nothing in it opens.
    """
    folder = folder.expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}", "name a telemetry folder, or make one: aisre-nb sandbox"
        )
    opened: list[AnySource] = []
    notes: list[str] = []
    _try("telemetry", lambda: TelemetryFolder(folder), opened, notes)
    if (folder / "repository").is_dir():
        _try("repository", lambda: GitRepository(folder / "repository", "repository"), opened, notes)
    sources = _together(opened, notes)
    return replace(sources, incidents=IncidentFiles(folder)) if IncidentFiles.there(folder) else sources


def open_sources(specs: Mapping[str, Mapping[str, Any]], base: Path) -> Sources:
    """The ``[sources.NAME]`` of the settings; relative paths start from ``base``.

    Raises `ConfigurationError` for a type that there is not or a missing path, `SourceUnreachable` where none opens.
    """
    opened: list[AnySource] = []
    notes: list[str] = []
    for name, spec in specs.items():
        make = _checked(name, spec, base)
        _try(name, make, opened, notes)
    return _together(opened, notes)


def _checked(name: str, spec: Mapping[str, Any], base: Path) -> Callable[[], AnySource]:
    make = _KINDS.get(str(spec.get("type")))
    if make is None:
        raise ConfigurationError(
            f"[sources.{name}] has type {spec.get('type')!r}, which there is not", f"one of {', '.join(_KINDS)}"
        )
    if not isinstance(spec.get("path"), str) or not spec["path"]:
        raise ConfigurationError(f"[sources.{name}] has no path", 'write path = "FOLDER"')
    unknown = sorted(set(spec) - {"type", "path", "link"})
    if unknown:
        raise ConfigurationError(f"[sources.{name}] has {', '.join(unknown)}, which means nothing", "remove it")
    link = checked(spec["link"], f"[sources.{name}] link") if "link" in spec else ""
    path = base / Path(spec["path"]).expanduser()
    return lambda: make(path, name, link)


def _try(name: str, make: Callable[[], AnySource], opened: list[AnySource], notes: list[str]) -> None:
    try:
        opened.append(make())
    except (SourceError, ConfigurationError) as error:
        notes.append(f"{name}: {error}")


def _together(opened: list[AnySource], notes: list[str]) -> Sources:
    if not opened:
        raise SourceUnreachable("; ".join(notes) or "no source is configured", "see: aisre-nb doctor")
    folders = [source for source in opened if isinstance(source, TelemetryFolder)]
    repositories = [source for source in opened if isinstance(source, GitRepository)]
    folder = folders[0] if folders else None
    notes += [f"{source.name}: {note}" for source in folders for note in source.notes]
    for more in (folders[1:], repositories[1:]):
        notes += [
            f"{source.name} is configured and not asked: there is another of its type before it" for source in more
        ]
    return Sources(
        alerts=folder,
        metrics=folder,
        traces=folder,
        logs=folder,
        kubernetes=folder,
        changes=(*folders[:1], *repositories[:1]),
        code=repositories[0] if repositories else None,
        all=tuple(opened),
        now=folder.now if folder else None,
        clock=(lambda: folder.now) if folder else None,
        question=folder.question if folder else "",
        reported=folder.reported if folder else Reported(),
        notes=tuple(notes),
    )
