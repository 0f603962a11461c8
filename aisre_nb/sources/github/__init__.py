"""``type = "github"``: repositories on GitHub or GitHub Enterprise, over the REST API of version 2022-11-28."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.sources.forge.options import ForgeOptions
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.github.host import GitHub
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.offer import Offer

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

_PUBLIC = "https://api.github.com"


class GitHubOptions(ForgeOptions):
    """A repository on GitHub; an Enterprise server's ``url`` ends in ``/api/v3``."""

    url: str = Field(_PUBLIC, examples=["https://HOST/api/v3"])


OPTIONS = GitHubOptions


def make(name: str, options: GitHubOptions, place: Place) -> Offer:
    """The token comes from where GitHub's own program looks for it, unless the options name another."""
    # gh has other variables for other hosts, so that no server gets the token of github.com.
    own = options.host == "api.github.com" or options.host.endswith(".ghe.com")
    variables = ("GH_TOKEN", "GITHUB_TOKEN") if own else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    client = HttpClient(options.signed(name, place.base, place.environ, variables))
    repository = ForgeRepository(name, client, options, GitHub)
    return Offer(repository, changes=repository, code=repository)
