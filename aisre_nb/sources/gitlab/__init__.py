"""``type = "gitlab"``: projects on gitlab.com or a GitLab of one's own, over the REST API v4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.sources.forge.options import ForgeOptions
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.gitlab.host import GitLab
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.offer import Offer

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place


class GitLabOptions(ForgeOptions):
    """A project on GitLab; ``repository`` is its path with all groups."""

    url: str = Field("https://gitlab.com/api/v4", examples=["https://HOST/api/v4"])


OPTIONS = GitLabOptions


def make(name: str, options: GitLabOptions, place: Place) -> Offer:
    """The token comes from ``GITLAB_TOKEN``, as GitLab's own program has it, unless the options name another."""
    client = HttpClient(options.signed(name, place.base, place.environ, ("GITLAB_TOKEN",)))
    repository = ForgeRepository(name, client, options, GitLab)
    return Offer(repository, changes=repository, code=repository)
