"""Who owns a path by the repository's CODEOWNERS."""

from __future__ import annotations

import re
from collections.abc import Sequence

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where hosts look for it; the first one that is there counts."""
_OWNER = re.compile(r"@[\w][\w.-]*(/[\w][\w.-]*)*|[^\s@]+@[^\s@]+\.[^\s@]+", re.ASCII)
_MOST = 5
_WILD = 6
"""Wildcards of one pattern; what has more is a stranger's way to keep a machine busy."""


def owners(text: str, paths: Sequence[str]) -> tuple[str, ...]:
    """The owners of these paths, each once, at most five; the last rule that fits a path counts.

    Patterns as docs.github.com, "About code owners", has them. Sections of GitLab add to each other.
    """
    found: list[str] = []
    for path in paths:
        own: tuple[str, ...] = ()
        for line in text.splitlines():
            words = line.split("#", 1)[0].split()
            if not words or words[0].startswith(("[", "^[")) or words[0].count("*") > _WILD:
                continue
            if _pattern(words[0]).match(path):
                own = tuple(word for word in words[1:] if _OWNER.fullmatch(word))
        found += own
    return tuple(dict.fromkeys(found))[:_MOST]


def _pattern(text: str) -> re.Pattern[str]:
    anchored = "/" in text.rstrip("/")
    bare = text.strip("/")
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = [wild.get(piece, re.escape(piece)) for piece in re.split(r"(\*\*/|\*\*|\*|\?)", bare)]
    # docs/* owns the files of that folder, and nothing below it.
    end = "/.+" if text.endswith("/") else "$" if bare.endswith("/*") else "(?:/.*)?$"
    return re.compile(("" if anchored else "(?:.*/)?") + "".join(parts) + end)
