"""``aisre-nb mcp``: our tools for other assistants; the configured servers listed and allowed."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import sys
from functools import partial

from aisre_nb.cli.ask import _sources
from aisre_nb.errors import ConfigurationError, UsageError
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.start import open_world, start
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources


def mcp(arguments: argparse.Namespace) -> int:
    """Returns the exit status."""
    settings = Settings.load().updated(model=arguments.model)
    if arguments.names and arguments.action != "allow":
        raise UsageError(f"{arguments.names[0]!r} means nothing there", "aisre-nb mcp allow NAME")
    if arguments.action == "list":
        return _list(settings)
    if arguments.action == "allow":
        return _allow(settings, arguments.names)
    if importlib.util.find_spec("mcp") is None:
        raise ConfigurationError("the package mcp is not installed", "pip install 'aisre-nb[mcp]'")
    # Nobody is asked by a policy here: changes are the client's user's to approve, or are not offered at all.
    settings = settings.updated(approve="read" if arguments.changes else "none")
    sources = _sources(arguments, settings) or open_world(settings)[0]
    return asyncio.run(_serve(arguments, settings, sources))


def _list(settings: Settings) -> int:
    from aisre_nb.mcp.health import tried

    rows = tried(settings)
    for each in rows:
        print(f"{'ok     ' if each.ok else 'FAILED '} {each.name:<18} {each.detail}")
    if not rows:
        print("No server is configured: write one into .mcp.json, or [mcp.NAME] into aisre.toml.")
    return 0 if all(each.ok for each in rows) else 4


def _allow(settings: Settings, names: list[str]) -> int:
    from aisre_nb.mcp.allowing import allow
    from aisre_nb.mcp.config import configured

    found, notes = configured(settings)
    specs = {spec.name: spec for spec in found}
    if unknown := [name for name in names if name not in specs]:
        told = "; ".join(notes) or f"there are {', '.join(specs) or 'none'}"
        raise UsageError(f"no server {unknown[0][:40]!r} is configured", told)
    if not names:
        raise UsageError("it is not said which server", f"aisre-nb mcp allow {next(iter(specs), 'NAME')}")
    for name in names:
        allow(specs[name])
        print(f"{name} may be started: {specs[name].shown}")
    return 0


async def _serve(arguments: argparse.Namespace, settings: Settings, sources: Sources) -> int:
    from aisre_nb.mcp.serving import listening
    from aisre_nb.mcp.serving.server import Offer

    async def begin(question: str) -> Investigation:
        return await asyncio.to_thread(partial(start, settings, sources=sources, question=question))

    inv = await begin("calls of other assistants")
    server = Offer(inv, begin, changes=arguments.changes).server()
    try:
        if arguments.http:
            token, place = listening.token_of(settings.record_dir.parent)

            def said(url: str) -> None:
                print(f"listening on {url}; the token is in {place}", file=sys.stderr, flush=True)

            await listening.over_http(server, arguments.port, token, said)
        else:
            await listening.over_stdio(server)
    finally:
        await inv.close()
    return 0
