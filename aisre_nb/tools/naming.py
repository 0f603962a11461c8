"""Names that every model's interface takes: letters, digits, ``_`` and ``-``, 64 at most."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 64


def wire_name(name: str) -> str:
    """What a model is told instead of ``metoro.get_logs``: ``metoro__get_logs``; ordinary names stay as they are."""
    if re.fullmatch(rf"[A-Za-z0-9_-]{{1,{_LONGEST}}}", name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name.replace(".", "__", 1))
    if len(plain) <= _LONGEST and re.fullmatch(r"[A-Za-z0-9_.-]+", name) and name.count(".") <= 1:
        return plain
    # What was changed or cut could be another tool's name too.
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9]}_{mark}"
