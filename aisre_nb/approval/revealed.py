"""Characters that hide words or turn their direction, made visible: what a person approves is what will be written."""

from __future__ import annotations

import re

from aisre_nb.evidence.invisible import INVISIBLE

_HIDDEN = re.compile(f"[{INVISIBLE}]")


def revealed(text: str) -> str:
    """Each of them as ``⟨U+202E⟩``. They are not taken out, for they are part of what would be changed."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
