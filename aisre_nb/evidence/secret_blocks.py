"""Secrets that span lines: PEM keys, Kubernetes Secrets, a container's environment entries.

Lines are given in order, whether they are a text's or the rows of a frame; each comes back masked, so that neither
loses its count of lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from aisre_nb.evidence.secret_names import is_value, strength

Mask = Callable[[str, str], str]
"""``(kind, secret)`` to the placeholder."""

HINT = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|kind\\*[\"']?:[ \t]*\\*[\"']?Secret\b|"
    r"(?i:name[\"']?:[ \t]*[\"']?[\w.\-]*(?:pass|pwd|secret|token|key|cred))"
)
"""Found wherever a block begins; for RE2 too."""

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(
    r"[\s>|+\-#\"',]*[A-Za-z0-9+/=]+[\s\\n\"',]*|\W*|\W*(?:Proc-Type|DEK-Info|Version|Comment):.*", re.ASCII
)
_KEY = re.compile(r"\[redacted:private_key:\d+\]")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_LONGEST_KEY = 120
"""Lines; a 16,384-bit RSA key has fewer."""

_PREFIX = r"[-+ ]?"
"""A diff's lines begin with one of these."""
_SECRET_KIND = re.compile(rf"{_PREFIX}\s*kind:\s*[\"']?Secret[\"']?\s*(?:#.*)?")
_SECRET_JSON = re.compile(r"\\*\"kind\\*\"\s*:\s*\\*\"Secret\\*\"")
_DATA_JSON = re.compile(r"(\\*\"(?:data|stringData)\\*\"\s*:\s*\{)([^{}]*)(\})")
_PAIR_JSON = re.compile(r"(\\*\"\s*:\s*)(\\*\")((?:(?!\\*\").)*)(\\*\")", re.DOTALL)
_DATA = re.compile(rf"(?P<lead>{_PREFIX})(?P<indent>\s*)(?:data|stringData):\s*(?:#.*)?")
_ENTRY = re.compile(rf"(?P<head>{_PREFIX}\s*[\"']?[\w.\-]+[\"']?:\s*)(?P<value>\S.*)")
_DOCUMENT = re.compile(rf"{_PREFIX}---(?:\s.*)?")
_NAMED = re.compile(rf"{_PREFIX}\s*(?:-\s+)?[\"']?name[\"']?:\s*[\"']?(?P<name>[\w.\-]+)[\"']?,?\s*")
_VALUED = re.compile(rf"(?P<head>{_PREFIX}\s*(?:-\s+)?[\"']?value[\"']?:\s*)(?P<value>\S.*)")


def mask_text(text: str, mask: Mask) -> str:
    """The same for a text, where a key of many lines becomes one."""
    lines = mask_lines(text.split("\n"), mask)
    kept = (
        line for n, line in enumerate(lines) if n == 0 or not (_KEY.fullmatch(line) and lines[n - 1].endswith(line))
    )
    return "\n".join(kept)


def mask_lines(lines: Sequence[str], mask: Mask) -> list[str]:
    """The lines with every block masked; as many as there were."""
    masked = list(lines)
    _keys(masked, mask)
    _manifests(masked, mask)
    _environment(masked, mask)
    return masked


def _keys(lines: list[str], mask: Mask) -> None:
    place = 0
    while place < len(lines):
        begin = _BEGIN.search(lines[place])
        if begin is None or _END.search(lines[place], begin.end()):
            place += 1
            continue
        last = min(place + _LONGEST_KEY, len(lines) - 1)
        end = next((n for n in range(place + 1, last + 1) if _END.search(lines[n])), None)
        inside = range(place + 1, last + 1 if end is None else end)
        body = [n for n in inside if _BODY.fullmatch(lines[n])]
        if end is None:
            # Cut off: the lines right after it that look like a key.
            body = [n for step, n in enumerate(body) if n == place + 1 + step and len(lines[n].strip()) >= 16]
        key = [lines[place][begin.start() :], *(lines[n] for n in body)]
        if end is not None:
            key.append(lines[end][: _end_of(lines[end])])
        placeholder = mask("private_key", "\n".join(key))
        lines[place] = lines[place][: begin.start()] + placeholder
        for n in inside:
            # Records of others may stand in between; what is no key's line keeps its words.
            lines[n] = placeholder if n in body else _BASE64.sub(placeholder, lines[n])
        if end is not None:
            lines[end] = placeholder + lines[end][_end_of(lines[end]) :]
        place = place + 1 if end is None else end + 1


def _end_of(line: str) -> int:
    found = _END.search(line)
    return found.end() if found else len(line)


def _manifests(lines: list[str], mask: Mask) -> None:
    start = 0
    for place in range(len(lines) + 1):
        if place == len(lines) or _DOCUMENT.fullmatch(lines[place]):
            document = range(start, place)
            if any(_SECRET_KIND.fullmatch(lines[n]) for n in document):
                _manifest(lines, document, mask)
            start = place + 1
    if any(_SECRET_JSON.search(line) for line in lines):
        for n, whole in enumerate(_json_masked("\n".join(lines), mask).split("\n")):
            lines[n] = whole


def _json_masked(text: str, mask: Mask) -> str:
    def pair(match: re.Match[str]) -> str:
        return match[1] + match[2] + (mask("kubernetes_secret", match[3]) if match[3] else "") + match[4]

    return _DATA_JSON.sub(lambda m: m[1] + _PAIR_JSON.sub(pair, m[2]) + m[3], text)


def _manifest(lines: list[str], document: range, mask: Mask) -> None:
    """Every value below ``data:`` and ``stringData:``, block scalars too."""
    indent: int | None = None
    for n in document:
        line = lines[n]
        data = _DATA.fullmatch(line)
        if data:
            indent = len(data["indent"])
            continue

        if indent is None or not line.strip():
            continue
        if _depth(line) <= indent:
            indent = None
            continue
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            lines[n] = " " * (indent + 2) + mask("kubernetes_secret", line.strip())
        elif entry["value"].strip() not in ("|", "|-", "|+", ">", ">-", ">+"):
            lines[n] = entry["head"] + mask("kubernetes_secret", _bare(entry["value"]))


def _depth(line: str) -> int:
    inner = line[1:] if line[:1] in ("+", "-") else line
    return len(inner) - len(inner.lstrip())


def _environment(lines: list[str], mask: Mask) -> None:
    """``- name: DB_PASSWORD`` and, in the next line, ``value: …``."""
    for n in range(len(lines) - 1):
        named, valued = _NAMED.fullmatch(lines[n]), _VALUED.fullmatch(lines[n + 1])
        if named and valued and strength(named["name"]) and is_value(_bare(valued["value"])):
            lines[n + 1] = valued["head"] + mask("secret", _bare(valued["value"]))


def _bare(value: str) -> str:
    return value.strip().rstrip(",").strip("\"'")
