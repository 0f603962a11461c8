"""Names that a backend has, where the one that was asked for is not among them."""

from __future__ import annotations

from collections.abc import Sequence

from aisre_nb.evidence.invisible import visible

_MOST = 8
_LONGEST = 80


def near(names: Sequence[str]) -> str:
    """``"; there are cart, checkout, …"``: a stranger's texts, bounded and on one line."""
    if not names:
        return ""
    shown = [" ".join(visible(name[:_LONGEST]).split()) for name in names[:_MOST]]
    return f"; there are {', '.join(shown)}{', …' if len(names) > _MOST else ''}"
