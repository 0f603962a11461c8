"""A ``%%sre`` cell becomes a cell that awaits, for only while a cell awaits does a click reach the kernel."""

from __future__ import annotations

MARK = "%%sre"


def awaited(lines: list[str]) -> list[str]:
    """An IPython input transformer: the cell's lines in, the lines that run instead out; others as they are."""
    if not lines or lines[0].split(maxsplit=1)[:1] != [MARK]:
        return lines
    line, cell = lines[0].strip()[len(MARK) :].strip(), "".join(lines[1:])
    return [f"await get_ipython().run_cell_magic('sre', {line!r}, {cell!r})\n"]
