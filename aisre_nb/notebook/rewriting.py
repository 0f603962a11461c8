"""A ``%%sre`` cell becomes a cell that awaits, for only while a cell awaits does a click reach the kernel."""

from __future__ import annotations

import re
import shlex

MARK = "%%sre"
_UNDO = re.compile(r"%sre\s+undo(?:\s+(\S+))?\s*$")
"""A line magic that waits for a person."""
_VERIFY = re.compile(r"%sre\s+verify((?:\s+[\w-]+)*)\s*$")
"""One that waits for sources, so that the stop button works."""
_SOURCES = re.compile(r"%sre\s+sources\s*$")
"""Another one."""
_FORK = re.compile(r"%sre\s+fork\s+(\S.*?)\s*$")
"""One that runs an investigation from a step on."""
_PROPOSE = re.compile(r"%sre\s+postmortem\s+--propose\s*$")
"""The other one."""


def awaited(lines: list[str]) -> list[str]:
    """An IPython input transformer: the cell's lines in, the lines that run instead out; others as they are.

    Comments may stand above the magic. Another cell magic may not: it would run the awaiting line where nothing can
    wait, so the cell says that instead.
    """
    first = next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None)
    if first is None:
        return lines
    word = _word(lines[first])
    if word == MARK:
        line, cell = lines[first].strip()[len(MARK) :].strip(), "".join(lines[first + 1 :])
        # IPython refuses an empty cell by words of its own; --help needs none.
        return [f"await get_ipython().run_cell_magic('sre', {line!r}, {cell or chr(10)!r})\n"]
    if word.startswith("%%"):
        second = next((line for line in lines[first + 1 :] if line.strip()), "")
        if _word(second) == MARK:
            return [f"get_ipython().run_line_magic('sre', {f'wrapped {word}'!r})\n"]
        return lines
    return [_waiting(line) for line in lines]


def _waiting(line: str) -> str:
    if _PROPOSE.match(line):
        return f"await get_ipython().run_cell_magic('sre', '--propose-postmortem', {chr(10)!r})\n"
    if _SOURCES.match(line):
        return f"await get_ipython().run_cell_magic('sre', '--sources', {chr(10)!r})\n"
    branch = _FORK.match(line)
    if branch:
        line = f"--fork={shlex.quote(branch[1])}"
        return f"await get_ipython().run_cell_magic('sre', {line!r}, {chr(10)!r})\n"
    asked = _VERIFY.match(line)
    if asked:
        line = f'--verify="{asked[1].strip()}"'
        return f"await get_ipython().run_cell_magic('sre', {line!r}, {chr(10)!r})\n"
    found = _UNDO.match(line)
    if not found or not found[1]:
        return line
    return f"await get_ipython().run_cell_magic('sre', {f'--undo {found[1]}'!r}, {chr(10)!r})\n"


def _word(line: str) -> str:
    return line.split(maxsplit=1)[0] if line.strip() else ""


# IPython asks the transformers too whether what was typed in a terminal is complete. Rewritten, it always is; a cell
# magic is when an empty line ends it. A transformer that has side effects is not asked.
setattr(awaited, "has_side_effects", True)  # noqa: B010
