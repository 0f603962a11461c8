"""The configured servers of the Model Context Protocol, for as long as one command runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aisre_nb.approval.decision import Approver
from aisre_nb.mcp import joining
from aisre_nb.session.investigation import Investigation


@asynccontextmanager
async def joined(investigation: Investigation, approver: Approver, *, live: bool) -> AsyncIterator[None]:
    """Their tools are in the investigation's registry; what is missing is a gap.

    ``live``: the world is the configured one; of a kept or simulated one they know nothing. Raises `Stopped`.
    """
    specs, gaps = joining.wanted(investigation.settings)
    if not live:
        yield
        return
    if not specs:
        joining.tell(investigation, gaps)
        yield
        return
    from aisre_nb.mcp.servers import Servers

    servers = Servers()
    try:
        gaps += await joining.join(investigation, servers, specs, approver)
        joining.tell(investigation, gaps)
        yield
    finally:
        await servers.close()
