"""Where a service's code is, who owns it, and which token is sent to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, ToolError
from aisre_nb.sources.code_source import Edit
from aisre_nb.sources.forge.owners import owners
from aisre_nb.sources.forge.places import Places
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.kinds import Place, checked
from aisre_nb.times import Window, instant

from .bare import Bare
from .conftest import opened
from .github import TOKEN, GitHubServer
from .test_proposing import FIX


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({}, 'has no repository → write repository = "OWNER/NAME"'),
        ({"repository": "shop"}, "repository is no repository"),
        ({"repository": "acme/../shop"}, "repository is no repository"),
        ({"repository": "acme/shop", "services": {"a": "../b"}}, "the path of 'a' leads outside"),
        ({"repository": "acme/shop", "services": {"a": "b:c"}}, "has no repository before the colon"),
        ({"repository": "acme/shop", "token": "ghp_x"}, "token is a secret"),
        ({"repository": "acme/shop", "repo": "x"}, "has repo, which means nothing"),
    ],
)
@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_wrong_option_is_one_line(kind: str, spec: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked("code", {"type": kind, **spec}, Place(tmp_path, {}))
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "environ", "sent"),
    [
        ({"type": "github"}, {"GITHUB_TOKEN": "a", "GH_TOKEN": "b"}, "Bearer b"),
        ({"type": "github"}, {"GITHUB_TOKEN": "a"}, "Bearer a"),
        ({"type": "github"}, {}, None),
        ({"type": "github", "url": "https://ghe.example/api/v3"}, {"GITHUB_TOKEN": "a", "GH_TOKEN": "b"}, None),
        ({"type": "github", "url": "https://ghe.example/api/v3"}, {"GH_ENTERPRISE_TOKEN": "c"}, "Bearer c"),
        ({"type": "github", "token_env": "MINE"}, {"GH_TOKEN": "b", "MINE": "d"}, "Bearer d"),
        ({"type": "gitlab"}, {"GITLAB_TOKEN": "e"}, "Bearer e"),
    ],
)
def test_the_token_is_the_one_that_the_hosts_own_program_takes(
    spec: dict[str, Any], environ: Mapping[str, str], sent: str | None, tmp_path: Path
) -> None:
    source: Any = checked("code", {"repository": "acme/shop", **spec}, Place(tmp_path, environ))().source
    assert source._client.access.headers.get("Authorization") == sent


def test_owners_are_those_of_the_last_rule_that_fits() -> None:
    text = """\
* @all
*.md @docs # the last word counts
/services/cart/ @acme/cart @ann
apps/ @apps
docs/* person@example.com
/deploy/**/prod.yaml @ops
[Section][2]
/services/free/
"""
    assert owners(text, ["services/cart/a/b.py"]) == ("@acme/cart", "@ann")
    assert owners(text, ["README.md", "x/README.md"]) == ("@docs",)
    assert owners(text, ["build/apps/x.py"]) == ("@apps",)
    assert owners(text, ["docs/a.txt"]) == ("person@example.com",) and owners(text, ["docs/a/b.txt"]) == ("@all",)
    assert owners(text, ["deploy/a/b/prod.yaml"]) == ("@ops",) == owners(text, ["deploy/prod.yaml"])
    assert owners(text, ["services/free/x"]) == ()
    assert owners("*" * 5000 + " @a\n" + "a" * 5000 + "* @b\n", ["a" * 5000]) == ("@b",)


def test_paths_of_another_repository_say_so_and_come_back() -> None:
    places = Places("acme/shop", {"lamp": "acme/lamp:src", "shelf": "services/shelf"})
    assert places.repositories() == ["acme/shop", "acme/lamp"] and places.repository("lamp-service") == "acme/lamp"
    assert places.outside("acme/lamp", "src/a.py") == "acme/lamp:src/a.py"
    assert places.inside("acme/lamp:src/a.py") == ("acme/lamp", "src/a.py")
    assert places.inside("evil/repo:src/a.py") == ("acme/shop", "evil/repo:src/a.py")
    with pytest.raises(ToolError, match="2 repositories"):
        places.one(["a.py", "acme/lamp:src/a.py"])


@pytest.fixture
def two(repository: Any, tmp_path: Path) -> Any:
    """``acme/shop``, and beside it ``acme/lamp``, whose code is in ``src``."""
    lamp = type(repository)(tmp_path / "lamp" / "work", tmp_path / "lamp" / "remote.git")
    lamp.folder.mkdir(parents=True)
    lamp.git("init", "-q", "--bare", "-b", "main", str(lamp.remote))
    lamp.git("init", "-q", "-b", "main")
    lamp.git("config", "user.name", "Ann Other")
    lamp.git("config", "user.email", "ann@shop.example")
    lamp.git("remote", "add", "origin", "../remote.git")
    lamp.write("src/lamp.py", "LIGHT = 1\n")
    lamp.commit("Light", "2026-11-23T08:00:00Z")
    lamp.tag("v1.0")
    lamp.write("src/lamp.py", "LIGHT = 0\n")
    lamp.commit("Save power", "2026-11-23T10:30:00Z")
    shop = GitHubServer(Bare(repository.remote))
    other = GitHubServer(Bare(lamp.remote), repository="acme/lamp")
    answer = shop.answer
    shop.answer = (  # type: ignore[method-assign]
        lambda asked: (other.answer if asked.path.startswith("/repos/acme/lamp") else answer)(asked)
    )
    yield shop, other
    shop.close()
    other.close()


async def test_a_service_in_another_repository_is_read_and_mended_there(two: Any, tmp_path: Path) -> None:
    shop, other = two
    source: ForgeRepository = opened("github", shop.url, TOKEN, tmp_path, services={"lamp": "acme/lamp:src"})
    frame = (await source.diff("lamp", "1.0", "main")).frame
    assert list(frame["file"]) == ["acme/lamp:src/lamp.py"] and "-LIGHT = 1" in frame["text"][0]
    assert (await source.file("lamp.py", "v1.0", "lamp")).frame["text"][0] == "LIGHT = 1"
    assert (await source.file("acme/lamp:src/lamp.py")).frame["text"][0] == "LIGHT = 0"
    window = Window(instant("2026-11-23T09:50:00Z"), instant("2026-11-23T11:00:00Z"))
    rows = (await source.changes(window)).frame
    assert list(zip(rows["kind"], rows["service"], strict=True)) == [("merge", "lamp"), ("deployment", "shelf")]
    edit = Edit("acme/lamp:src/lamp.py", "LIGHT = 0", "LIGHT = 1")
    view = await source.preview_pull_request(replace(FIX, edits=(edit,)))
    assert view.files[0].path == edit.path and "repository acme/lamp (code)" in view.scope
    attrs = (await source.open_pull_request(replace(FIX, edits=(edit,), files=view.files))).frame.attrs
    assert shop.pulls == [] and other.bare.git("show", f"{attrs['commit']}:src/lamp.py") == b"LIGHT = 1\n"
    assert (await source.close_pull_request(1, attrs["commit"]))["state"] == "closed"
    await source.close()


async def test_deployments_that_the_host_was_told_of_are_changes(server: GitHubServer, tmp_path: Path) -> None:
    head = server.bare.resolved("main")
    server.deployed = [
        {"id": n, "ref": ref, "sha": head, "environment": "production", "created_at": at, "payload": {"service": name},
         "description": None, "creator": {"login": "octo"}, "state": state}
        for n, ref, at, name, state in (
            (3, "v3", "2026-11-23T12:00:00Z", "lamp", "failure"), (2, "v2", "2026-11-23T11:00:00Z", "lamp", "success"),
            (1, "v1", "2026-11-20T11:00:00Z", "lamp", "success"),
        )
    ]  # fmt: skip
    source = opened("github", server.url, TOKEN, tmp_path)
    window = Window(instant("2026-11-23T10:30:00Z"), instant("2026-11-23T13:00:00Z"))
    rows = (await source.changes(window, "lamp")).frame
    assert list(zip(rows["from"], rows["to"], rows["title"], strict=True)) == [
        ("v2", "v3", "Deploy v3 to production (failure)"), ("v1", "v2", "Deploy v2 to production"),
    ]  # fmt: skip
    await source.close()
