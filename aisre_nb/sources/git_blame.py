"""Who last touched the lines of a file, as ``git blame --porcelain`` tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ToolError
from aisre_nb.sources.git import Git, GitFailed

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["line", "text", "commit", "author", "time", "subject", "path"]
MOST = 400
"""Lines of one call."""


async def blamed(git: Git, commit: str, path: str, first: int, last: int) -> pd.DataFrame:
    """The frame of `CodeSource.blame`. Raises `ToolError` for lines that the file has not."""
    try:
        out = await git.output(
            "blame", "--porcelain", "-w", f"-L{first},{min(last, first + MOST - 1)}", commit, "--", path
        )
    except GitFailed as error:
        if "has only" in error.stderr or "no such path" in error.stderr:
            raise ToolError(f"{path} has no line {first} at {commit[:12]}", "read the file to see its lines") from None
        raise
    return _frame(out.decode("utf-8", "replace"))


def _frame(text: str) -> pd.DataFrame:
    import pandas as pd

    known: dict[str, dict[str, str]] = {}
    rows: list[dict[str, Any]] = []
    commit, line = "", 0
    for raw in text.split("\n"):
        if raw.startswith("\t"):
            told = known.get(commit, {})
            rows.append(
                {
                    "line": line,
                    "text": raw[1:].rstrip("\r"),
                    "commit": commit,
                    "author": told.get("author", ""),
                    "time": _time(told.get("author-time", "")),
                    "subject": told.get("summary", ""),
                    "path": told.get("filename", ""),
                }
            )
            continue
        head, _, rest = raw.partition(" ")
        if len(head) in (40, 64) and all(c in "0123456789abcdef" for c in head):
            numbers = rest.split(" ")
            commit, line = head, int(numbers[1]) if len(numbers) > 1 and numbers[1].isdigit() else 0
            known.setdefault(commit, {})
        elif commit:
            known[commit].setdefault(head, rest)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    return frame


def _time(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
