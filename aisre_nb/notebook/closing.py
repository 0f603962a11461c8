"""Letting go of an investigation from where nothing can be awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from IPython.core.async_helpers import get_asyncio_loop

if TYPE_CHECKING:
    from aisre_nb.session.investigation import Investigation

_tasks: set[asyncio.Task[None]] = set()


def later(investigation: Investigation, *, sources: bool = True) -> None:
    """Close it: when the kernel's loop comes to it, or at once in a terminal; its sources too, or not."""
    work = investigation.close() if sources else _without_sources(investigation)
    loop = get_asyncio_loop()
    if not loop.is_running():
        loop.run_until_complete(work)
        return
    task = loop.create_task(work)
    # The loop holds a task by a weak reference only.
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _without_sources(investigation: Investigation) -> None:
    await investigation.model.close()
    if investigation.record is not None:
        investigation.record.close()
