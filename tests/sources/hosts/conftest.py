from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.sources.kinds import Place, checked

from .bare import Bare
from .github import TOKEN, GitHubServer
from .gitlab import TOKEN as GITLAB_TOKEN
from .gitlab import GitLabServer


def opened(kind: str, url: str, token: str, tmp_path: Path, **more: Any) -> ForgeRepository:
    """The source that such a configuration gives."""
    spec = {"type": kind, "url": url, "repository": "acme/shop", "token_env": "T", **more}
    source = checked("code", spec, Place(tmp_path, {"T": token}))().source
    assert isinstance(source, ForgeRepository)
    return source


@pytest.fixture
def local(repository: Any) -> GitRepository:
    return GitRepository(repository.folder, "code")


@pytest.fixture(params=["github", "gitlab"])
def hosted(request: pytest.FixtureRequest, repository: Any) -> Iterator[GitHubServer | GitLabServer]:
    """Either host, over the remote of `repository`."""
    bare = Bare(repository.remote)
    made = GitHubServer(bare) if request.param == "github" else GitLabServer(bare)
    yield made
    made.close()


@pytest.fixture
async def source(hosted: GitHubServer | GitLabServer, tmp_path: Path) -> AsyncIterator[ForgeRepository]:
    """The repository on it."""
    kind, token = ("github", TOKEN) if isinstance(hosted, GitHubServer) else ("gitlab", GITLAB_TOKEN)
    made = opened(kind, hosted.url, token, tmp_path)
    yield made
    await made.close()


@pytest.fixture
def server(repository: Any) -> Iterator[GitHubServer]:
    made = GitHubServer(Bare(repository.remote))
    yield made
    made.close()


@pytest.fixture
async def github(server: GitHubServer, tmp_path: Path) -> AsyncIterator[ForgeRepository]:
    made = opened("github", server.url, TOKEN, tmp_path)
    yield made
    await made.close()
