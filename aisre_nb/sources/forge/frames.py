"""Frames of what a host of code told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.sources.forge.host import Blamed
from aisre_nb.sources.git_blame import COLUMNS

if TYPE_CHECKING:
    import pandas as pd


def text_of(content: bytes) -> str | None:
    """A file's text; None where it is none."""
    try:
        return None if b"\0" in content else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def blamed(told: Sequence[Blamed], lines: Sequence[str], first: int, last: int, path: str) -> pd.DataFrame:
    """The frame of `CodeSource.blame`."""
    import pandas as pd

    rows = [
        {
            "line": n, "text": lines[n - 1].rstrip("\r"), "commit": run.sha, "author": run.author, "time": run.time,
            "subject": run.subject, "path": path,
        }
        for run in told
        for n in range(max(run.first, first), min(run.last, last) + 1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=COLUMNS).sort_values("line", ignore_index=True)
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    return frame
