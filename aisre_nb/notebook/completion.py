"""Tab completion of ``%%sre`` options and ``%sre`` subcommands."""

from __future__ import annotations

from typing import Any

from aisre_nb.notebook.words import SUBCOMMANDS

_OPTIONS = ("--model", "--approve", "--max-steps", "--max-usd", "--since", "--cite", "--out", "--help")
_VALUES = {
    "--model": ("builtin", "claude"),
    "--approve": ("read", "ask", "all", "none"),
    "--since": ("30m", "2h", "1d"),
}
_BEHIND = {
    "model": ("builtin", "claude"),
    "policy": ("read", "ask", "all", "none", "run", "deny"),
    "prs": ("list", "show", "merge"),
    "audit": ("verify",),
    "verify": ("--all",),
    "fork": ("--edit", "--set", "--answer", "--model", "--reject", "--approve", "--record"),
    "postmortem": ("--html", "--markdown", "--force", "--propose"),
}


def complete(shell: Any, event: Any) -> list[str]:
    """IPython's ``complete_command`` hook."""
    words = event.line.split()
    previous = words[-1] if event.line.endswith(" ") else words[-2] if len(words) > 1 else ""
    if event.line.lstrip().startswith("%%"):
        return [w for w in _VALUES.get(previous, _OPTIONS) if w.startswith(event.symbol)]
    if previous == "%sre":
        return [w for w in SUBCOMMANDS if w.startswith(event.symbol)]
    behind = undoable() if previous == "undo" else _BEHIND.get(previous, ())
    return [w for w in behind if w.startswith(event.symbol)]


def undoable() -> tuple[str, ...]:
    """The numbers of what was done and can be taken back."""
    from aisre_nb.notebook.handle import sre

    if sre.investigation is None:
        return ()
    known = sre.investigation.evidence.values()
    undone = {e.facts.get("undoes") for e in known}
    return tuple(e.id for e in known if e.facts.get("undo") and e.id not in undone)
