"""The second look: whether what a rule's pattern found is a secret, by what it is and what stands around it."""

from __future__ import annotations

import base64
import binascii
import re

from aisre_nb.evidence.secret_formats import is_card_number
from aisre_nb.evidence.secret_names import in_prose, is_value, strength

_ESCAPE = re.compile(r"(?:\\[nrtbfv]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,8}m)$")


def _name(match: re.Match[str]) -> str:
    """The whole name of which the match holds the end."""
    before = re.search(r"[\w.$-]{0,60}$", match.string[max(0, match.start() - 60) : match.start()])
    word = (before.group(0) if before else "") + match.group("name")
    spaced = re.search(r"\b(api|access|secret|private|auth|signing|session) $", match.string[: match.start()][-12:])
    return f"{spaced.group(1)}_{word}" if spaced and not word[:1].isspace() else word


def is_named(match: re.Match[str], secret: str) -> bool:
    """Whether a value after a name is a secret of that name."""
    if match.group("d") is not None:
        return in_prose(_name(match), secret, _is_assigned(match))
    return bool(strength(_name(match))) and is_value(secret)


def _is_assigned(match: re.Match[str]) -> bool:
    between = match.string[match.end("name") : match.start("d")]
    if between == "=":
        return True
    start = match.string.rfind("\n", 0, match.start()) + 1
    rest = match.string[match.end("d") : match.end("d") + 80].partition("\n")[0]
    return not rest.strip() and re.fullmatch(r"[-+\s]*[\w.$-]*", match.string[start : match.start()][-120:]) is not None


def is_flag(match: re.Match[str], secret: str) -> bool:
    """Whether a name alone makes its value a secret."""
    return bool(strength(match.group("name"))) and is_value(secret)


def is_credential(match: re.Match[str], secret: str) -> bool:
    """Whether what follows ``Authorization`` is one."""
    return in_prose("authorization", secret) or (is_value(secret) and match.group(0).count(" ") > 1)


def is_bearer(match: re.Match[str], secret: str) -> bool:
    """A token, and no word after the word *bearer*."""
    return any(c.isdigit() for c in secret) or not (secret.islower() or secret.istitle() or "-" in secret)


def is_basic(match: re.Match[str], secret: str) -> bool:
    """``user:password`` in Base64 (RFC 7617)."""
    try:
        return b":" in base64.b64decode(secret + "=" * (-len(secret) % 4))
    except (binascii.Error, ValueError):
        return False


def begins(match: re.Match[str], secret: str) -> bool:
    """Whether a word begins with the match; the ``n`` of an escaped ``\\n`` belongs to no word, nor does a colour."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    return not (before[-1:].isascii() and before[-1:].isalnum()) or _ESCAPE.search(before) is not None


def is_card(match: re.Match[str], secret: str) -> bool:
    """A card's number that is no part of something longer."""
    # A part of a longer number, or of a name such as blk_-4111, is none.
    before, after = match.string[max(0, match.start() - 2) : match.start()], match.string[match.end() :][:2]
    if before.endswith("_-") or re.search(r"\d[.-]$", before) or re.match(r"\w|[.-]\d", after, re.ASCII):
        return False
    return begins(match, secret) and is_card_number(secret)


def is_address(match: re.Match[str], secret: str) -> bool:
    """An address of a person."""
    # What a repository is cloned from is nobody's address.
    return not re.search(r"(?<!\w)git@", match.string[max(0, match.start() - 3) : match.end()])
