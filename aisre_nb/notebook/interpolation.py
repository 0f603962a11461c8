"""``{{name}}`` in a question is the value of the user's variable."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from difflib import get_close_matches
from typing import Any

from aisre_nb.errors import UsageError

_NAME = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_LONGEST = 4000


def interpolated(text: str, names: Mapping[str, Any], hidden: Container[str] = ()) -> str:
    """The text with each ``{{name}}`` replaced, once: braces in a value stay as they are.

    Only names are looked up, nothing is evaluated; other braces (JSON, PromQL) are left alone. Raises `UsageError` for
    a name that is not there, with the nearest one that is not ``hidden`` (the shell's own).
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in names:
            near = get_close_matches(name, [n for n in names if not n.startswith("_") and n not in hidden], n=1)
            hint = f"did you mean {{{{{near[0]}}}}}?" if near else "define it in an earlier cell"
            raise UsageError(f"{{{{{name}}}}} is not defined", hint)
        return str(names[name])[:_LONGEST]

    return _NAME.sub(value, text)
