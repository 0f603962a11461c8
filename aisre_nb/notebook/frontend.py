"""Which front end this is, and so how a person can be asked."""

from __future__ import annotations

import sys
from typing import Any, Literal

FrontEnd = Literal[
    "panel",  # a notebook with a person before it: a card with buttons, input() where no card appears
    "stdin",  # a terminal: input()
    "nobody",  # nbclient, nbval, papermill, nbconvert: the policy decides, each output is written once
]


def front_end(shell: Any) -> FrontEnd:
    """What runs this cell: a request says ``allow_stdin`` where a person sits before the front end, and only there."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return "stdin" if sys.stdin is not None and sys.stdin.isatty() else "nobody"
    try:
        allowed = kernel.get_parent("shell")["content"]["allow_stdin"]
    except (KeyError, TypeError, AttributeError, LookupError):
        return "nobody"
    return "panel" if allowed else "nobody"
