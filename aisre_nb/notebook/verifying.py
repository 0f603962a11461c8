"""``%sre verify``: the cited queries are asked again, and what is another now is drawn."""

from __future__ import annotations

import time
from typing import Any

from IPython.display import display

from aisre_nb.errors import UsageError
from aisre_nb.notebook.frontend import front_end
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.interrupt import stoppable
from aisre_nb.notebook.progress import Progress

_QUIET = 1.0
"""Seconds before it is said how far it is."""


async def verify(shell: Any, handle: Handle, words: list[str]) -> None:
    """Ask again: these, or ``--all``, or those that the report cites. Writes it into the record."""
    from aisre_nb.approval.automatic import AutomaticApprover
    from aisre_nb.approval.prompt import PromptApprover
    from aisre_nb.render.then_and_now import bundles, counted
    from aisre_nb.session import verifying
    from aisre_nb.session.who import who

    if handle.replay is not None:
        from aisre_nb.notebook.replaying import verified

        verified(handle, handle.replay)
        return
    found = handle.last
    everything = "--all" in words
    if everything and len(words) > 1:
        raise UsageError("--all leaves nothing to name", "%sre verify --all, or %sre verify E3")
    asked = list(found.evidence) if everything else words or verifying.cited(found)
    if not asked:
        raise UsageError("the report cites nothing", "%sre verify --all asks every query again")
    front = front_end(shell)
    progress, begun = Progress(live=front == "panel"), time.monotonic()
    said = False

    def tell(text: str, fraction: float) -> None:
        nonlocal said
        if time.monotonic() - begun > _QUIET:
            said = True
            progress(text, fraction)

    somebody = front in ("panel", "stdin")
    approver = PromptApprover(who=who()) if somebody else AutomaticApprover(found.policy, who())
    compared = await stoppable(verifying.verify(found, asked, approver=approver, progress=tell))
    if said:
        progress.done(f"asked {len(compared)} again: {counted(compared)}")
    for bundle in bundles(compared):
        display(bundle, raw=True)
