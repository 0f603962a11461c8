"""Rows of `ChangeSource.changes`: what manifests say, what the host was told, and merges where merging deploys."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.forge.host import Commit, Deployed
from aisre_nb.sources.forge.lines import main_line
from aisre_nb.sources.forge.state import State
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.manifests import images, same_service
from aisre_nb.times import Window

_LISTED = 500
"""Commits that are gone back."""
_COMMITS = 60
"""Of those in the window, looked at one by one."""
_MANIFESTS = 40
"""Files of one commit that are read, before it and after."""


async def changes(state: State, window: Window) -> tuple[list[dict[str, Any]], list[str]]:
    """Of every service that this repository has, newest first; and notes."""
    _, head = await state.head()
    line, whole = await main_line(state.host, head, window.start, _LISTED)
    every = [commit for commit in line if window.start <= commit.time < window.end]
    inside = every[:_COMMITS]
    notes = [] if whole else [f"only the last {_LISTED} commits of {state.host.repository} were looked at"]
    if len(every) > len(inside):
        notes.append(f"only the last {_COMMITS} of {len(every)} commits in the window were looked at")
    touched = await gathered(state.host.touched(commit.sha) for commit in inside)
    rows: list[dict[str, Any]] = []
    for commit, paths in zip(inside, touched, strict=True):
        manifests = [path for path in paths if path.endswith((".yaml", ".yml"))]
        if len(manifests) > _MANIFESTS:
            notes.append(f"{commit.sha[:12]} changed {len(manifests)} manifests: {_MANIFESTS} were read")
        for one in await gathered(_manifest(state, commit, path) for path in manifests[:_MANIFESTS]):
            rows += one
    told = await _told(state, window)
    deployed = {str(row["service"]) for row in [*rows, *told]}
    for commit, paths in zip(inside, touched, strict=True):
        rows += _merged(state, commit, paths, deployed)
    return [*rows, *told], notes


async def _manifest(state: State, commit: Commit, path: str) -> list[dict[str, Any]]:
    """One row for each service whose image tag the commit changed; without one, its services are configured anew."""
    parent = commit.parents[0] if commit.parents else ""
    old = await state.host.content(path, parent) if parent else None
    new = await state.host.content(path, commit.sha)
    before, after = _tags(old, path), _tags(new, path)
    moved = {name for name in before | after if before.get(name) != after.get(name)}
    return [
        {
            "time": commit.time,
            "kind": "deployment" if moved else "config",
            "service": name,
            "title": commit.subject,
            "from": before.get(name, "") if moved else "",
            "to": after.get(name, "") if moved else "",
            "commit": commit.sha,
            "manifest": state.places.outside(state.host.repository, path),
            "author": commit.author,
        }
        for name in sorted(moved or after)
    ]


def _tags(content: bytes | None, path: str) -> dict[str, str]:
    return {i.service: i.tag for i in images((content or b"").decode("utf-8", "replace"), path)}


async def _told(state: State, window: Window) -> list[dict[str, Any]]:
    """The deployments that the host was told of, each from the one before it in its environment."""
    found = await state.host.deployments(window.start)
    rows = []
    for nth, one in enumerate(found):
        if not window.start <= one.time < window.end:
            continue
        older = (d for d in found[nth + 1 :] if (d.environment, d.service) == (one.environment, one.service))
        before = next(older, None)
        rows.append(
            {
                "time": one.time,
                "kind": "deployment",
                "service": _service(state, one),
                "title": one.title or f"Deploy to {one.environment}",
                "from": before.ref if before else "",
                "to": one.ref,
                "commit": one.sha,
                "manifest": "",
                "author": one.author,
            }
        )
    return rows


def _service(state: State, one: Deployed) -> str:
    """As the deployment names it, or its environment does; the only service of the repository; else nobody's."""
    own = [s for s in state.places.services if state.places.repository(s) == state.host.repository]
    for word in (one.service, *one.environment.replace("/", " ").replace("_", "-").split()):
        named = next((s for s in own if same_service(s, word) or word.endswith((f"-{s}", f"/{s}"))), "")
        if named:
            return named
    return one.service or (own[0] if len(own) == 1 else "")


def _merged(state: State, commit: Commit, paths: list[str], deployed: set[str]) -> list[dict[str, Any]]:
    """Configured services that a commit touched and that nothing else deploys: there, merging does."""
    own = [s for path in paths for s in state.places.services_of(state.host.repository, path)]
    return [
        {
            "time": commit.time,
            "kind": "merge",
            "service": service,
            "title": commit.subject,
            "from": commit.parents[0][:12] if commit.parents else "",
            "to": commit.sha[:12],
            "commit": commit.sha,
            "manifest": "",
            "author": commit.author,
        }
        for service in dict.fromkeys(own)
        if not any(same_service(service, name) for name in deployed)
    ]
