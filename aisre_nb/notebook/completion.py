"""Tab completion of ``%%sre`` options and ``%sre`` subcommands."""

from __future__ import annotations

from typing import Any

from aisre_nb.notebook.words import SUBCOMMANDS

_OPTIONS = ("--model", "--then", "--approve", "--max-steps", "--max-usd", "--since", "--cite", "--out", "--help")
_VALUES = {
    "--approve": ("read", "ask", "all", "none"),
    "--since": ("30m", "2h", "1d"),
}
_BEHIND = {
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
    if previous in ("--model", "--then", "model"):
        return _models(event)
    if event.line.lstrip().startswith("%%"):
        return [w for w in _VALUES.get(previous, _OPTIONS) if w.startswith(event.symbol)]
    if previous == "%sre":
        return [w for w in SUBCOMMANDS if w.startswith(event.symbol)]
    behind = undoable() if previous == "undo" else _BEHIND.get(previous, ())
    return [w for w in behind if w.startswith(event.symbol)]


def _models(event: Any) -> list[str]:
    """Names hold colons, at which IPython cuts: what it gets is the part behind the last one."""
    from aisre_nb.notebook.modelling import known

    word = "" if event.line.endswith(" ") else event.line.split()[-1]
    behind = len(word) - len(event.symbol)
    return [name[behind:] for name in known() if name.startswith(word)]


def undoable() -> tuple[str, ...]:
    """The numbers of what was done and can be taken back."""
    from aisre_nb.notebook.handle import sre

    if sre.investigation is None:
        return ()
    known = sre.investigation.evidence.values()
    undone = {e.facts.get("undoes") for e in known}
    return tuple(e.id for e in known if e.facts.get("undo") and e.id not in undone)
