"""``%load_ext aisre_nb``: the magic, the rewriting of its cells, completion, and ``sre`` in the user's names."""

from __future__ import annotations

from typing import Any


def load(shell: Any) -> None:
    """Put everything in place; twice is once."""
    from aisre_nb.notebook.completion import complete
    from aisre_nb.notebook.handle import sre
    from aisre_nb.notebook.magics import Sre
    from aisre_nb.notebook.rewriting import awaited

    if getattr(shell, "_aisre_magics", None) is not None:
        return
    magics = Sre(shell)
    sre.configured = magics.configured
    shell._aisre_magics = magics
    shell.register_magics(magics)
    if magics not in shell.configurables:
        # %config lists and changes what is configurable.
        shell.configurables.append(magics)
    shell.input_transformers_cleanup.append(awaited)
    shell.set_hook("complete_command", complete, str_key="%%sre")
    shell.set_hook("complete_command", complete, str_key="%sre")
    shell.events.register("post_run_cell", _after)
    shell.user_ns["sre"] = sre
    shell.user_ns_hidden["sre"] = sre


def _after(ran: Any) -> None:
    """A cell has run: one that is tagged to be captured is."""
    from IPython.core.getipython import get_ipython

    from aisre_nb.notebook.handle import sre

    if sre.investigation is None:
        return
    from aisre_nb.notebook.citing import tagged

    tagged(get_ipython(), sre, ran)


def unload(shell: Any) -> None:
    """Take the magic away; ``sre`` stays, for what it holds is the user's."""
    from aisre_nb.notebook import serving
    from aisre_nb.notebook.rewriting import awaited

    magics = getattr(shell, "_aisre_magics", None)
    if magics is None:
        return
    shell._aisre_magics = None
    serving.end()
    shell.events.unregister("post_run_cell", _after)
    shell.configurables.remove(magics)
    shell.input_transformers_cleanup[:] = [t for t in shell.input_transformers_cleanup if t is not awaited]
    shell.magics_manager.magics["cell"].pop("sre", None)
    shell.magics_manager.magics["line"].pop("sre", None)
