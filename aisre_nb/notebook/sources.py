"""``%sre sources``: each source is tried, all at the same time."""

from __future__ import annotations

import asyncio

from aisre_nb.evidence.invisible import visible
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.interrupt import stoppable


async def show(handle: Handle) -> None:
    """Print a line for each. Those of the investigation that runs, else those that the next one would ask."""
    if handle.replay is not None:
        print("A replay changes nothing: no source is asked.")
        return
    await stoppable(_shown(handle))
    await stoppable(_servers(handle))


async def _servers(handle: Handle) -> None:
    from aisre_nb.notebook.serving import lines

    for line in await asyncio.to_thread(lines, handle):
        print(line)


async def _shown(handle: Handle) -> None:
    from aisre_nb.sources.open import open_sources
    from aisre_nb.sources.trying import lines, tried

    found = handle.investigation
    sources = found.sources if found is not None else handle.sources
    settings = handle.settings
    if sources is None and not settings.sources:
        print("None is configured: the next %%sre looks at the sandbox shop. Write [sources.NAME] into aisre.toml.")
        return
    opened = sources or open_sources(settings.sources, settings.base)
    try:
        for line in [*lines(await tried(opened.all)), *opened.notes]:
            print(visible(line))
    finally:
        if sources is None:
            for source in opened.all:
                await source.close()
