"""Tab completion of ``%%sre`` options and ``%sre`` subcommands."""

from __future__ import annotations

from typing import Any

from aisre_nb.notebook.words import SUBCOMMANDS

_OPTIONS = ("--model", "--approve", "--max-steps", "--max-usd", "--since", "--out", "--help")
_VALUES = {
    "--model": ("builtin", "claude"),
    "--approve": ("read", "ask", "all", "none"),
    "--since": ("30m", "2h", "1d"),
}
_BEHIND = {"model": ("builtin", "claude"), "policy": ("read", "ask", "all", "none"), "prs": ("list", "show", "merge")}


def complete(shell: Any, event: Any) -> list[str]:
    """IPython's ``complete_command`` hook."""
    words = event.line.split()
    previous = words[-1] if event.line.endswith(" ") else words[-2] if len(words) > 1 else ""
    if event.line.lstrip().startswith("%%"):
        return [w for w in _VALUES.get(previous, _OPTIONS) if w.startswith(event.symbol)]
    if previous == "%sre":
        return [w for w in SUBCOMMANDS if w.startswith(event.symbol)]
    return [w for w in _BEHIND.get(previous, ()) if w.startswith(event.symbol)]
