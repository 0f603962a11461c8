"""The servers of this kernel: joined to an investigation, listed, allowed, and ended with the kernel."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from aisre_nb.errors import UsageError
from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.handle import sre as ours

if TYPE_CHECKING:
    from aisre_nb.approval.decision import Approver
    from aisre_nb.mcp.servers import Servers
    from aisre_nb.notebook.transcript import Transcript
    from aisre_nb.session.investigation import Investigation


async def join(
    handle: Handle, inv: Investigation, approver: Approver, transcript: Transcript, *, told: bool = True
) -> None:
    """At the first question of a kernel the configured servers start; later ones find them up.

    ``told``: what is missing stands in this investigation's report. Raises `Stopped`.
    """
    from aisre_nb.mcp import joining

    specs, gaps = joining.wanted(inv.settings)
    # A world that was opened by name, and a sandbox for want of anything else, are none that servers look at.
    if handle.sources is not None or (inv.sources.all and not inv.settings.sources):
        joining.unused(inv, specs)
        return
    if specs or handle.servers is not None:
        if handle.servers is None:
            transcript.progress("Starting servers", 0.5)
        gaps += await joining.join(inv, _servers(handle), specs, approver)
        transcript.begin(inv)
    if told:
        joining.tell(inv, gaps)


def _servers(handle: Handle) -> Servers:
    from aisre_nb.mcp.servers import Servers

    if handle.servers is None:
        handle.servers = Servers()
        atexit.register(end)
    return handle.servers


def end() -> None:
    """No process stays behind; the next question starts them again."""
    servers, ours.servers = ours.servers, None
    if servers is not None:
        atexit.unregister(end)
        servers.close_now()


def mcp(words: list[str], handle: Handle) -> None:
    """``%sre mcp``, and ``%sre mcp allow NAME``."""
    from aisre_nb.mcp import joining

    settings = handle.settings
    if words[:1] == ["allow"] and len(words) > 1:
        from aisre_nb.mcp.allowing import allow

        specs = {spec.name: spec for spec in joining.wanted(settings)[0]}
        for name in words[1:]:
            if name not in specs:
                raise UsageError(f"no server {name[:40]!r} is configured", f"there are {', '.join(specs) or 'none'}")
            allow(specs[name])
            print(f"{name} may be started: {specs[name].shown}")
        return
    if words:
        raise UsageError(f"%sre mcp {' '.join(words)} is not known", "%sre mcp, %sre mcp allow NAME")
    found = lines(handle)
    print("\n".join(found or ["No server is configured: write one into .mcp.json, or [mcp.NAME] into aisre.toml."]))


def lines(handle: Handle) -> list[str]:
    """One line a server, each tried: it works, or how to mend it. It takes seconds; those that work stay up."""
    from aisre_nb.mcp import health, joining

    settings = handle.settings
    servers = _servers(handle) if joining.wanted(settings)[0] else None
    found = health.tried(settings, servers)
    width = max((len(each.name) for each in found), default=0)
    return [f"{'ok    ' if each.ok else 'FAILED'} {each.name:<{width}}  {visible(each.detail)}" for each in found]
