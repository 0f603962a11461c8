"""What of an evidence a page shows: fewer points, the first rows, a short query; masked once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render import marks
from aisre_nb.render.picture import figure
from aisre_nb.report.postmortem.document import Postmortem, Sentence
from aisre_nb.report.report import CheckedClaim

if TYPE_CHECKING:
    import pandas as pd

_SPANS = 200
_MASKED = 5000
"""Rows that are masked once more: many times what a table shows."""
_QUERY = 4000


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    points: int = 2000
    """Of each series."""
    rows: int = 20
    """Of a table; 0: no tables."""
    figures: int = 60
    entries: int = 1000
    """Of each list of the document, and of the appendix."""

    def left_out(self) -> str:
        """In words; empty where nothing was made smaller."""
        full = Size()
        told = [
            "" if self.rows == full.rows else "the tables of the appendix are left out",
            "" if self.points == full.points else f"series are thinned to {self.points} points",
            "" if self.figures == full.figures else f"only {self.figures} evidence is drawn",
            "" if self.entries == full.entries else f"lists end after {self.entries} entries",
        ]
        said = "; ".join(part for part in told if part)
        return f"To stay small, {said}. The record holds all of it." if said else ""


SIZES = (
    Size(),
    Size(rows=0),
    Size(500, 0, 40),
    Size(200, 0, 20, 300),
    Size(100, 0, 8, 100),
    Size(50, 0, 2, 30),
)
"""From all to little: the first that fits is taken."""


def reduced(evidence: Evidence, size: Size, redactor: Redactor) -> Evidence:
    """The same evidence with no more in it than is drawn; a table's rows stay, for it says how many there are."""
    import pandas as pd

    frame = evidence.frame
    if frame is not None and evidence.kind in ("metrics", "trace"):
        frame = redactor.frame(_thinned(frame, size.points) if evidence.kind == "metrics" else frame.head(_SPANS))
    elif frame is not None:
        first = redactor.frame(frame.head(_MASKED))
        frame = first if len(frame) <= _MASKED else pd.concat([first, frame.iloc[_MASKED:]])
    return replace(evidence, frame=frame, query=evidence.query[:_QUERY], text=evidence.text[:_QUERY])


def drawn(
    found: Postmortem, evidence: Evidence, size: Size, redactor: Redactor
) -> tuple[dict[str, Any] | None, list[Sentence]]:
    """Its figure with what the sentences say of it marked, and those sentences; None where it has no figure."""
    if evidence.kind not in ("metrics", "trace"):
        return None, []
    told = [(one, mark) for one in found.resting_on(evidence.id) if (mark := _mark(one, evidence))]
    small = reduced(evidence, size, redactor)
    return figure(small, [mark for _, mark in told]), [one for one, _ in told]


def _mark(sentence: Sentence, evidence: Evidence) -> marks.Mark | None:
    told = {"text": sentence.text, "evidence": list(sentence.evidence), "check": sentence.check}
    return marks.of(CheckedClaim.model_validate({**told, "result": sentence.result}), evidence)


def _thinned(frame: pd.DataFrame, points: int) -> pd.DataFrame:
    """Each series with fewer points that look like all of them (LTTB: Steinarsson, 2013; by tsdownsample)."""
    import pandas as pd
    from tsdownsample import LTTBDownsampler

    parts: Sequence[pd.DataFrame] = [rows for _, rows in frame.groupby("signal", sort=False)]
    if all(len(rows) <= points for rows in parts):
        return frame
    kept = []
    for rows in parts:
        rows = rows.sort_values("time")
        if len(rows) > points:
            rows = rows.iloc[LTTBDownsampler().downsample(rows["value"].to_numpy(dtype=float), n_out=points)]
        kept.append(rows)
    return pd.concat(kept)
