"""One ``%%sre`` cell: from its text to the report."""

from __future__ import annotations

from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.notebook.frontend import FrontEnd, front_end
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.interpolation import interpolated
from aisre_nb.notebook.interrupt import stoppable
from aisre_nb.notebook.options import Options
from aisre_nb.settings import Settings


async def ask(shell: Any, handle: Handle, settings: Settings, options: Options, cell: str) -> None:
    """Investigate. Raises an `AisreError`, which IPython shows as one line, and which fails the cell."""
    question = interpolated(cell, shell.user_ns).strip()
    if not question:
        raise UsageError("the cell has no question", "write it below %%sre")
    settings = settings.updated(**options.settings)
    front = front_end(shell)
    investigation = _investigation(handle, settings, options, question, front)
    await stoppable(_run(investigation, question, front))
    if options.out and investigation.report is not None:
        shell.user_ns[options.out] = investigation.report


def _investigation(handle: Handle, settings: Settings, options: Options, question: str, front: FrontEnd) -> Any:
    """The one that goes on, with what this cell changed; or a new one."""
    from aisre_nb.approval.policy import Policy
    from aisre_nb.models.choose import choose

    found = handle.investigation
    if found is None:
        from aisre_nb.notebook.progress import Progress
        from aisre_nb.session.start import start

        with Progress(shown=front != "nobody") as progress:
            found = start(
                settings, sources=handle.sources, registry=handle.registry(), question=question, progress=progress
            )
        handle.investigation = found
        return found
    if options.model is not None and options.model != found.settings.model:
        import os

        found.model = choose(options.model, os.environ)
    found.settings = settings
    found.policy = Policy.parse(settings.approve)
    return found


async def _run(investigation: Any, question: str, front: FrontEnd) -> None:
    from aisre_nb.approval.automatic import AutomaticApprover
    from aisre_nb.approval.decision import Approver
    from aisre_nb.approval.prompt import PromptApprover
    from aisre_nb.notebook.transcript import Transcript
    from aisre_nb.session.who import who

    panel: Any = None
    approver: Approver
    if front == "panel":
        from aisre_nb.approval.card import Panel, PanelApprover

        panel = Panel(status="Investigating …")
        approver = PanelApprover(panel, who(), PromptApprover(who=who()))
    elif front == "stdin":
        approver = PromptApprover(who=who())
    else:
        approver = AutomaticApprover(investigation.policy, who())
    transcript = Transcript(investigation, panel)
    try:
        await investigation.ask(question, approver=approver, watcher=transcript)
    finally:
        transcript.close()
