"""``aisre-nb prs``: read and merge what was proposed to a local remote."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.session.who import who
from aisre_nb.settings import Settings


def prs(arguments: argparse.Namespace) -> int:
    """Returns the exit status."""
    from aisre_nb.sources.pull_requests import list_pull_requests, merge_pull_request

    repository = arguments.repository or _latest()
    if arguments.action == "merge":
        if arguments.number is None:
            raise UsageError("merge needs a number", "see: aisre-nb prs list")
        merged = asyncio.run(merge_pull_request(repository, arguments.number, who()))
        print(f"merged #{arguments.number} as {merged[:12]}")
        return 0
    found = list_pull_requests(repository)
    if arguments.action == "show":
        found = [pr for pr in found if pr["number"] == arguments.number]
        if not found:
            raise UsageError(f"there is no pull request {arguments.number}", "see: aisre-nb prs list")
        for name, value in found[0].items():
            print(f"{name}: {value}")
        return 0
    for pr in found:
        print(f"#{pr['number']}  {pr['state']:<7}{pr['branch']}: {pr['title']}")
    if not found:
        print(f"no pull request in {repository}")
    return 0


def _latest() -> Path:
    worlds = sorted(Settings.load().worlds.glob("*/repository"), key=lambda folder: folder.stat().st_mtime)
    if not worlds:
        raise UsageError("no repository is named and no sandbox world is here", "add --repository FOLDER")
    return worlds[-1]
