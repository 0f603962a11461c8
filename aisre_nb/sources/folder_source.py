"""``type = "folder"``: a telemetry folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from aisre_nb.errors import ConfigurationError
from aisre_nb.sources.link_template import checked
from aisre_nb.sources.offer import Offer
from aisre_nb.sources.options import Options
from aisre_nb.sources.telemetry_folder import TelemetryFolder

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place


class PathOptions(Options):
    """Of what is a folder on this machine."""

    path: str = Field(min_length=1, examples=["FOLDER"])
    link: str = ""
    """The house's own page, as `link_template` has it."""

    @field_validator("link")
    @classmethod
    def _a_link(cls, link: str) -> str:
        try:
            return checked(link, "link") if link else ""
        except ConfigurationError as error:
            raise ValueError(str(error)) from None

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
