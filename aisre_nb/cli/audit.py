"""``aisre-nb audit``: who decided what, and whether anybody edited that."""

from __future__ import annotations

import sys

from aisre_nb.evidence.invisible import visible
from aisre_nb.session.audited import lines, problems
from aisre_nb.settings import Settings


def audit(action: str) -> int:
    """Returns the exit status: 4 where the chain does not hold."""
    settings = Settings.load()
    if action == "list":
        for line in lines(settings):
            print(visible(line))
        return 0
    found = problems(settings)
    for problem in found:
        print(f"aisre-nb: {visible(problem)}", file=sys.stderr)
    if not found:
        print(f"{settings.audit}: nobody edited it")
    return 4 if found else 0
