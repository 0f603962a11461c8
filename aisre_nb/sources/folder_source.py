"""``type = "folder"``: a telemetry folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.sources.offer import Offer
from aisre_nb.sources.options import Link, Options
from aisre_nb.sources.telemetry_folder import TelemetryFolder

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place


class PathOptions(Options):
    """Of what is a folder on this machine."""

    path: str = Field(min_length=1, examples=["FOLDER"])
    link: Link = ""
    """The house's own page, as `link_template` has it."""

    def folder(self, base: Path) -> Path:
        """The folder; a relative one starts from ``base``."""
        return base / Path(self.path).expanduser()


OPTIONS = PathOptions


def make(name: str, options: PathOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where there is no such folder, `SourceUnreachable` where it holds nothing."""
    return offer(TelemetryFolder(options.folder(place.base), name, options.link))


def offer(folder: TelemetryFolder) -> Offer:
    """What a telemetry folder answers."""
    return Offer(
        folder,
        alerts=folder,
        metrics=folder,
        traces=folder,
        logs=folder,
        changes=folder,
        kubernetes=folder,
        sql=folder,
        now=folder.now,
        clock=lambda: folder.now,
        question=folder.question,
        reported=folder.reported,
        notes=folder.notes,
    )
