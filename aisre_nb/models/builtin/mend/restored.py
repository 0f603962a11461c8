"""A file of settings, with the value that a setting had before."""

from __future__ import annotations

import re

_KEY = re.compile(r"^\s*(?:-\s+)?[\"']?([\w./-]+)[\"']?\s*[:=]\s*(.+?)\s*$")


def restored(text: str, title: str, bad: str, good: str) -> str | None:
    """The text with ``good`` where one key that ``title`` names holds ``bad``; None where not exactly one does.

    A dotted name (``resources.cpu``) is found by its last part, as nested YAML writes it.
    """
    named = set(re.findall(r"[\w-]+", title))
    lines = text.splitlines(keepends=True)
    hits = []
    for n, line in enumerate(lines):
        found = _KEY.match(line.rstrip("\r\n"))
        if not found or line.lstrip().startswith("#"):
            continue
        value = found.group(2).split(" #")[0].strip()
        if found.group(1).rsplit(".", 1)[-1] in named and value.strip("\"'") == bad:
            hits.append((n, value))
    if len(hits) != 1:
        return None
    n, value = hits[0]
    at = lines[n].rindex(value)
    lines[n] = lines[n][:at] + value.replace(bad, good, 1) + lines[n][at + len(value) :]
    return "".join(lines)
