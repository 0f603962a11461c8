"""Which commits of the main line changed what, newest first."""

from __future__ import annotations

from datetime import datetime

from aisre_nb.sources.forge.host import Commit, Host


async def main_line(host: Host, head: str, since: datetime, most: int) -> tuple[list[Commit], bool]:
    """The first parents from ``head`` on that were committed since then, and whether these are all."""
    listed = await host.history(head, "", since, most)
    known = {commit.sha: commit for commit in listed}
    found: list[Commit] = []
    at = head
    while at in known and len(found) < most:
        found.append(known[at])
        at = known[at].parents[0] if known[at].parents else ""
    return found, len(listed) < most
