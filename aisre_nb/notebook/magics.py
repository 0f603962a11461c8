"""``%%sre`` and ``%sre``: thin shells that parse and call."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from traitlets import CFloat, CInt, Unicode
from traitlets.config import Configurable

from aisre_nb.errors import UsageError
from aisre_nb.notebook import options as cell_options
from aisre_nb.notebook.handle import sre as handle


@magics_class
class Sre(Magics, Configurable):  # type: ignore[misc]
    """Settings by ``%config Sre.model = "builtin"``; an empty text or a zero leaves it to aisre.toml."""

    model = Unicode("", help="builtin, claude, or a model's full name").tag(config=True)
    approve = Unicode("", help="what runs without asking: read, ask, all, none, and rules").tag(config=True)
    max_steps = CInt(0, help="tool calls at most").tag(config=True)
    max_usd = CFloat(0.0, help="money for the model at most").tag(config=True)
    since = Unicode("", help='how far back to look, such as "2h"').tag(config=True)

    def configured(self) -> dict[str, Any]:
        """What %config changed; None for the rest."""
        return {n: getattr(self, n) or None for n in ("model", "approve", "max_steps", "max_usd", "since")}

    @cell_magic
    async def sre(self, line: str, cell: str) -> None:
        """Investigate the question in the cell; --help lists the options."""
        from aisre_nb.notebook.asking import ask, undo

        options = cell_options.parse(line)
        if options.undo is not None:
            await undo(self.shell, handle, options.undo)
            return
        if options.verify is not None:
            from aisre_nb.notebook.verifying import verify

            await verify(self.shell, handle, options.verify.split())
            return
        if options.sources:
            from aisre_nb.notebook.sources import show

            await show(handle)
            return
        if options.propose_postmortem:
            from aisre_nb.notebook.postmortem import propose

            await propose(self.shell, handle)
            return
        if options.fork is not None:
            from aisre_nb.notebook.forking import fork

            await fork(self.shell, handle, options.fork, cell)
            return
        if options.cite is not None:
            from aisre_nb.notebook.citing import captured

            await captured(self.shell, handle, options.cite, cell)
            return
        if options.help:
            print(cell_options.parser().format_help())
            return
        await ask(self.shell, handle, options, cell)

    @line_magic("sre")  # type: ignore[arg-type]
    def sre_line(self, line: str) -> Any:
        """Everything but the question: %sre help."""
        from aisre_nb.notebook.subcommands import run
        from aisre_nb.notebook.words import SUBCOMMANDS

        try:
            words = shlex.split(line)
        except ValueError as error:
            raise UsageError(f"%sre {line[:40]} cannot be read: {error}", "%sre help lists what there is") from None
        name = words[0] if words else "help"
        if name == "wrapped":
            raise UsageError(f"{' '.join(words[1:])} cannot stand above %%sre, which waits for you", "remove that line")
        if name in ("--help", "-h"):
            name = "help"
        if name not in SUBCOMMANDS:
            raise UsageError(f"%sre {name[:40]!r} is not known", f"one of {', '.join(SUBCOMMANDS)}")
        return run(name, words[1:], handle)
