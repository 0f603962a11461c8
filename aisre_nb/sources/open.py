"""From configuration to sources; what does not open is a note, and the rest goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aisre_nb.errors import ConfigurationError, SourceError, SourceUnreachable
from aisre_nb.sources import folder_source, git_source
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.sources.incident_files import IncidentFiles
from aisre_nb.sources.kinds import Place, checked
from aisre_nb.sources.offer import Offer, together
from aisre_nb.sources.sources import Sources
from aisre_nb.sources.telemetry_folder import TelemetryFolder


def open_case(folder: Path) -> Sources:
    """A telemetry folder, and the ``repository`` in it where there is one.

    Raises `ConfigurationError` where there is no such folder, `SourceUnreachable` where nothing in it opens.
    """
    folder = folder.expanduser()
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}", "name a telemetry folder, or make one: aisre-nb sandbox"
        )
    offers: list[Offer] = []
    notes: list[str] = []
    _try("telemetry", lambda: folder_source.offer(TelemetryFolder(folder)), offers, notes)
    if (folder / "repository").is_dir():
        repository = folder / "repository"
        _try("repository", lambda: git_source.offer(GitRepository(repository, "repository")), offers, notes)
    sources = _some(offers, notes)
    return replace(sources, incidents=IncidentFiles(folder)) if IncidentFiles.there(folder) else sources


def open_sources(
    specs: Mapping[str, Mapping[str, Any]], base: Path, environ: Mapping[str, str] | None = None
) -> Sources:
    """The ``[sources.NAME]`` of the settings; relative paths start from ``base``, secrets come from ``environ``.

    Raises `ConfigurationError` for a type that there is not or wrong options, `SourceUnreachable` where none opens.
    """
    place = Place(base, os.environ if environ is None else environ)
    offers: list[Offer] = []
    notes: list[str] = []
    for name, make in [(name, checked(name, spec, place)) for name, spec in specs.items()]:
        _try(name, make, offers, notes)
    return _some(offers, notes)


def _try(name: str, make: Callable[[], Offer], offers: list[Offer], notes: list[str]) -> None:
    try:
        offers.append(make())
    except (SourceError, ConfigurationError) as error:
        notes.append(f"{name}: {error}")


def _some(offers: list[Offer], notes: list[str]) -> Sources:
    if not offers:
        raise SourceUnreachable("; ".join(notes) or "no source is configured", "see: aisre-nb doctor")
    return together(offers, notes)
