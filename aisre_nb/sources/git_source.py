"""``type = "git"``: a repository on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sources.folder_source import PathOptions
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.sources.offer import Offer

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

OPTIONS = PathOptions


def make(name: str, options: PathOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where there is no such repository, or no git."""
    return offer(GitRepository(options.folder(place.base), name, options.link))


def offer(repository: GitRepository) -> Offer:
    """What a repository answers."""
    return Offer(repository, changes=repository, code=repository)
