"""What stands in the variable positions of a pattern's lines."""

from __future__ import annotations

from collections.abc import Sequence

_WILDCARD = "<*>"
_LONGEST = 200


def variables(line: str, pattern: str) -> list[str] | None:
    """The texts that the line has for each ``<*>``, at most 200 characters each; None where it does not fit.

    By looking for the constant parts one after the other: nothing of a line is compiled or run.
    """
    parts = pattern.split(_WILDCARD)
    line = line.lstrip().split("\n", 1)[0].strip()
    if not line.startswith(parts[0]):
        return None
    at, found = len(parts[0]), []
    for part in parts[1:-1]:
        end = line.find(part, at + 1) if part else at
        if end < 0:
            return None
        found.append(line[at:end])
        at = end + len(part)
    last = parts[-1]
    if len(parts) > 1:
        if len(line) - len(last) < at or not line.endswith(last):
            return None
        found.append(line[at : len(line) - len(last)])
    elif len(line) != at:
        return None
    return [text[:_LONGEST] for text in found]


def columns(lines: Sequence[str], pattern: str) -> list[list[str | None]]:
    """For each variable position its text in each line; None in lines that do not fit."""
    rows = [variables(line, pattern) for line in lines]
    count = pattern.count(_WILDCARD)
    return [[row[n] if row is not None else None for row in rows] for n in range(count)]
