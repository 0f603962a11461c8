"""Lines of a commit that hold a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.sources.git import Git

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["path", "line", "text"]
_EACH = 20
"""Lines of one file."""


async def found_lines(git: Git, commit: str, text: str, folders: Sequence[str]) -> pd.DataFrame:
    """The frame of `CodeSearch.search`; of one file no more than twenty lines."""
    import pandas as pd

    _, out = await git.outcome(
        "grep",
        "-n",
        "-z",
        "-I",
        "-i",
        "-F",
        f"--max-count={_EACH}",
        "-e",
        text,
        commit,
        "--",
        *folders,
        statuses=(0, 1),
    )
    rows = []
    for row in out.decode("utf-8", "replace").split("\n"):
        parts = row.split("\0", 2)
        if len(parts) == 3 and parts[1].isdigit():
            rows.append(
                {"path": parts[0].removeprefix(f"{commit}:"), "line": int(parts[1]), "text": parts[2].rstrip("\r")}
            )
    return pd.DataFrame(rows, columns=COLUMNS)
