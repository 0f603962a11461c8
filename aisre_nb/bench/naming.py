"""Whether an answer names the change that did it, however it words that."""

from __future__ import annotations

import re
from collections.abc import Collection

_ARROW = "→"
_FILLERS = frozenset(("the", "a", "an", "of", "is", "are", "for", "by", "and", "in", "on", "to", "was", "with", "not"))
_NEAR = 4
"""Letters that two words share at least, where one begins with the other: slow, slowly."""


def names_change(truth: str, services: Collection[str], change: str, named: Collection[str], summary: str) -> bool:
    """Whether ``change`` (an answer's, with the services that it ``named``) is the truth's.

    The truth may hold several parts, divided by semicolons. Where it accuses several services, each part is a fault of
    its own and must be named; else the parts tell of one thing, and one of them will do. A part such as "cart
    POOL_SIZE 8 → 1" is named by the service, the key and the new value; one without an arrow says what happened in
    words, of which half must be there, and each that holds a digit: these may stand in the summary.
    """
    parts = [part.strip() for part in truth.split(";") if part.strip()]
    found = [
        _names_step(part, change, named) if _ARROW in part else _names_event(part, f"{change} {summary}")
        for part in parts
    ]
    return bool(found) and (all(found) if len(services) > 1 else any(found))


def _names_step(part: str, change: str, named: Collection[str]) -> bool:
    left, _, after = (side.strip() for side in _plain(part).partition(_ARROW))
    words = left.split()
    given = _plain(change)
    if not words or not given:
        return False
    subject, key = words[0], words[1] if len(words) > 2 else ""
    about = subject == "flag" or _holds(given, subject) or subject in {name.casefold() for name in named}
    # A change back is another change: the new value must stand where the new one does.
    reached = given.partition(_ARROW)[2] or given
    return about and (not key or _holds(given, key)) and _holds(reached, after)


def _names_event(part: str, told: str) -> bool:
    wanted = [word for word in _words(part) if word not in _FILLERS]
    there = _words(told)
    held = [word for word in wanted if any(_same(word, other) for other in there)]
    exact = [word for word in wanted if any(c.isdigit() for c in word)]
    return bool(wanted) and all(word in there for word in exact) and 2 * len(held) >= len(wanted)


def _plain(text: str) -> str:
    """One spelling: lower case, one kind of arrow, no space before a percent sign."""
    text = re.sub(r"\s*(?:->|=>|→)\s*", f" {_ARROW} ", text.casefold())
    if _ARROW not in text:
        text = re.sub(r"\bto\b", _ARROW, text, count=1)
    return " ".join(re.sub(r"\s+%", "%", text).split())


def _words(text: str) -> list[str]:
    return [word.removesuffix("'s") for word in re.findall(r"[\w][\w.'/-]*\w|\w", text.casefold())]


def _same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _NEAR and long.startswith(short))


def _holds(text: str, value: str) -> bool:
    """Whether it stands there by itself: 0.2.0 is not in 10.2.0, nor cart in cart-db."""
    return bool(value) and bool(re.search(rf"(?<![\w.*/-]){re.escape(value)}(?![\w*/-]|\.\w)", text))
