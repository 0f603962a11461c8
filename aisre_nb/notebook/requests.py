"""``%sre prs``: what was proposed to a remote on this machine, listed, read, merged."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook.handle import Handle


def prs(words: list[str], handle: Handle) -> None:
    """``prs [list]``, ``prs show N`` or ``prs merge N``."""
    from aisre_nb.sources.pull_requests import list_pull_requests

    repository = _repository(handle)
    action, number, *more = [*words, "", ""]
    found = list_pull_requests(repository)
    if action in ("", "list"):
        for pr in found:
            print(visible(f"#{pr['number']}  {pr['state']:<7}{pr['branch']}: {pr['title']}"))
        if not found:
            print("There is no pull request.")
        return
    if action not in ("show", "merge") or not number.isdigit() or any(more):
        raise UsageError(f"%sre prs {' '.join(words)} is not known", "%sre prs, %sre prs show N, %sre prs merge N")
    chosen = next((pr for pr in found if pr["number"] == int(number)), None)
    if chosen is None:
        raise UsageError(f"there is no pull request {number}", "%sre prs lists them")
    if action == "show":
        for name, value in chosen.items():
            print(visible(f"{name}: {value}"))
        return
    print(f"merged #{number} as {_merge(repository, int(number))[:12]}")


def _merge(repository: Path, number: int) -> str:
    from aisre_nb.session.who import who
    from aisre_nb.sources.pull_requests import merge_pull_request

    # A line magic is not awaited, and the kernel's loop is running: another thread has a loop of its own.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(merge_pull_request(repository, number, who()))).result()


def _repository(handle: Handle) -> Path:
    sources = handle.investigation.sources if handle.investigation else handle.sources
    folder = getattr(sources.code, "folder", None) if sources is not None else None
    if folder is None:
        raise UsageError("no repository is open", "run a %%sre cell, or %sre sandbox NAME")
    return Path(folder)
