"""The configured servers of the Model Context Protocol, for as long as one command runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aisre_nb.approval.decision import Approver
from aisre_nb.mcp import joining
from aisre_nb.session.investigation import Investigation


@asynccontextmanager
async def joined(investigation: Investigation, approver: Approver) -> AsyncIterator[None]:
    """Their tools are in the investigation's registry; what is missing is a gap. Raises `Stopped`."""
    specs, gaps = joining.wanted(investigation.settings)
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
